package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestH13_AnswersFollowTheSync reads from a trace of system calls that every 201
// is written after a sync of the write-ahead log which began once the event had
// been written to it, and that had ended (KEZ-STORE-027). A kill alone does not
// show this, since the kernel keeps what a dead process wrote.
func TestH13_AnswersFollowTheSync(t *testing.T) {
	requireStrace(t)
	for name, writers := range map[string]int{"one after the other": 1, "16 at once": 16} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			log := filepath.Join(dir, "trace")
			p, ready := launch(t, underStrace("-f", "-qq", "-y", "-s", "16", "-o", log, "-e", "signal=none",
				"-e", "trace=read,write,writev,pwrite64,pwritev,fsync,fdatasync"), filepath.Join(dir, "kez-sig.db"))
			if !ready {
				require(t, false, "the store does not run below strace here: "+p.stderr.String())
			}
			const events = 12
			authors := make([]*author, writers)
			for i := range authors {
				authors[i] = newAuthor(t)
			}
			err := all(authors, func(_ int, a *author) error {
				for range events {
					line, err := a.next()
					if err != nil {
						return err
					}
					if status, body, err := post(a.url(p.url), line); err != nil || status != 201 {
						t.Errorf("%d %v %s", status, err, body)
					}
				}
				return nil
			})
			client.CloseIdleConnections()
			if err != nil {
				t.Fatal(err)
			}
			p.stop(t)
			trace, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			j := judgeTrace(string(trace))
			t.Logf("%d answers, %d syncs of the log", j.answers, j.syncs)
			if j.answers != writers*events || len(j.early) > 0 {
				t.Errorf("%d answers, want %d; written before the sync: %v", j.answers, writers*events, j.early)
			}
			if writers > 1 && j.syncs >= j.answers {
				t.Errorf("%d syncs for %d answers: nothing was committed together", j.syncs, j.answers)
			}
		})
	}
}

// verdict is what a trace says.
type verdict struct {
	answers, syncs int
	early          []string // answers that no sync came before
}

var (
	resumedCall = regexp.MustCompile(`^<\.\.\. \w+ resumed>`)
	descriptor  = regexp.MustCompile(`^\w+\((\d+<[^>]*>)`)
)

// judgeTrace follows the system calls. Time is the number of a line; a call may
// begin in one line and end in another.
func judgeTrace(trace string) verdict {
	var v verdict
	begun := map[string]string{} // by thread: the first half of an unfinished call
	syncing := map[string]int{}  // by thread: when its sync of the log began
	asked := map[string]int{}    // by connection: when its request had been read
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
		case name == "read" && ends && strings.Contains(call, `OST /`): // P may have been read while it waited
			asked[file] = now
		case strings.HasPrefix(name, "pwrite") && ends && onLog:
			written = append(written, now)
		case (name == "fsync" || name == "fdatasync") && onLog:
			if starts {
				syncing[thread] = now
			}
			if ends && strings.HasSuffix(call, "= 0") {
				syncs = append(syncs, span{syncing[thread], now})
				v.syncs++
			}
		case (name == "write" || name == "writev") && starts && strings.Contains(call, `"HTTP/1.1 201`):
			v.answers++
			covered := false
			for _, w := range written {
				for _, s := range syncs {
					covered = covered || asked[file] != 0 && asked[file] < w && w < s.from && s.to < now
				}
			}
			if !covered {
				v.early = append(v.early, line)
			}
			delete(asked, file)
		}
	}
	return v
}

// TestJudgeTraceSeesAnEarlyAnswer shows that the judge above can say no.
func TestJudgeTraceSeesAnEarlyAnswer(t *testing.T) {
	const (
		ask     = "7 read(9<socket:[1]>, \"POST /v1/sigchain\"..., 4096) = 700\n"
		write   = "8 pwrite64(6</x/kez-sig.db-wal>, \"\"..., 4096, 32) = 4096\n"
		sync    = "8 fdatasync(6</x/kez-sig.db-wal>) = 0\n"
		begin   = "8 fdatasync(6</x/kez-sig.db-wal> <unfinished ...>\n"
		end     = "8 <... fdatasync resumed>) = 0\n"
		failed  = "8 fdatasync(6</x/kez-sig.db-wal>) = -1 EIO\n"
		another = "8 fdatasync(5</x/kez-sig.db>) = 0\n"
		answer  = "7 write(9<socket:[1]>, \"HTTP/1.1 201 Cre\"..., 300) = 300\n"
	)
	for name, test := range map[string]struct {
		trace string
		early int
	}{
		"right":                     {ask + write + sync + answer, 0},
		"right, in two halves":      {ask + write + begin + end + answer, 0},
		"no sync":                   {ask + write + answer, 1},
		"sync too late":             {ask + write + answer + sync, 1},
		"sync still under way":      {ask + write + begin + answer + end, 1},
		"sync before the write":     {ask + sync + write + answer, 1},
		"sync of an earlier one":    {write + sync + ask + answer, 1},
		"sync of another file":      {ask + write + another + answer, 1},
		"sync failed":               {ask + write + failed + answer, 1},
		"the second is not covered": {ask + write + sync + answer + ask + answer, 1},
	} {
		if v := judgeTrace(test.trace); len(v.early) != test.early {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
