package servertest

import (
	"regexp"
	"slices"
	"strings"
)

// Verdict is what a trace says.
type Verdict struct {
	Answers int      // with status 201, or 200 to a PUT or POST
	Syncs   int      // of the write-ahead log that succeeded
	Early   []string // answers that no sync came before
}

var (
	resumedCall = regexp.MustCompile(`^<\.\.\. \w+ resumed>`)
	answered    = regexp.MustCompile(`"HTTP/1\.1 20[01]`)
	descriptor  = regexp.MustCompile(`^\w+\((\d+<[^>]*>)`)
)

// Judge follows the system calls of a trace that [TraceSyncs] has made. Each 201,
// and each 200 to a PUT, is to be written after a sync of the write-ahead log
// which began once something had been written there after its request was read,
// and that had ended. A 200 to a POST says that another one stored the same: the
// write may then be one since the server was last without a request, or an older
// one, and then no write is left that no sync has covered. Time is the number of a
// line; a call may begin in one line and end in another.
func Judge(trace string) Verdict {
	var v Verdict
	begun := map[string]string{} // by thread: the first half of an unfinished call
	syncing := map[string]int{}  // by thread: when its sync of the log began
	asked := map[string]int{}    // by connection: when its request had been read
	puts := map[string]bool{}    // by connection: that is a PUT
	busy := 0                    // since when requests are open
	type span struct{ from, to int }
	var written []int // when writes to the log had ended
	var syncs []span
	now := 0
	for line := range strings.Lines(trace) {
		now++
		thread, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		starts, ends := true, true
		if half, unfinished := strings.CutSuffix(call, "<unfinished ...>"); unfinished {
			begun[thread], call, ends = half, half, false
		} else if rest := resumedCall.ReplaceAllString(call, ""); rest != call {
			call, starts = begun[thread]+rest, false
		}
		name, _, _ := strings.Cut(call, "(")
		file := ""
		if m := descriptor.FindStringSubmatch(call); m != nil {
			file = m[1]
		}
		onLog := strings.HasSuffix(file, "-wal>")
		switch {
		case name == "read" && ends && (strings.Contains(call, `OST /`) || strings.Contains(call, `UT /`)): // P may have been read while it waited
			if len(asked) == 0 {
				busy = now
			}
			asked[file], puts[file] = now, strings.Contains(call, `UT /`)
		case strings.HasPrefix(name, "pwrite") && ends && onLog:
			written = append(written, now)
		case (name == "fsync" || name == "fdatasync") && onLog:
			if starts {
				syncing[thread] = now
			}
			if ends && strings.HasSuffix(call, "= 0") {
				syncs = append(syncs, span{syncing[thread], now})
				v.Syncs++
			}
		case (name == "write" || name == "writev") && starts && answered.MatchString(call) && (asked[file] != 0 || strings.Contains(call, `1.1 201`)):
			v.Answers++
			covered, since := false, asked[file]
			repeated := strings.Contains(call, `1.1 200`) && !puts[file]
			if repeated {
				since = busy
			}
			open := len(written) == 0 // whether a write has no sync yet
			for _, w := range written {
				synced := slices.ContainsFunc(syncs, func(s span) bool { return w < s.from && s.to < now })
				covered, open = covered || since != 0 && since < w && synced, open || !synced
			}
			covered = covered || repeated && !open
			if !covered {
				v.Early = append(v.Early, line)
			}
			delete(asked, file)
		}
	}
	return v
}
