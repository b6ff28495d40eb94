package mutants

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"kez.lat/kez/impl/go/adapter"
)

const chain = "sigchain.verify"

func chainMutants() []Mutant {
	return []Mutant{
		{"prev covers the payload only", "KEZ-CHAIN-009", alters(chain, hashing(func(line []byte) []byte { return canonicalOf(object(line)["payload"]) }))},
		{"prev covers the line as received", "KEZ-CHAIN-010", alters(chain, hashing(func(line []byte) []byte { return line }))},
		{"prev is not compared", "KEZ-CHAIN-039", rereads(chain, "jsonl", prevUnchecked)},
		{"a prev in the first event is ignored", "KEZ-CHAIN-036", skips(chain, "sigchain.prev_on_first", nil)},
		{"prev may be in upper case", "KEZ-CHAIN-038", skips(chain, "sigchain.prev_encoding", upperPrev)},
		{"another primary may go on", "KEZ-CHAIN-027", skips(chain, "sigchain.primary_changed", nil)},
		{"a gap is fine", "KEZ-CHAIN-032", skips(chain, "sigchain.gap", nil)},
		{"a chain may start anywhere", "KEZ-CHAIN-031", skips(chain, "sigchain.first_seq", nil)},
		{"the same event again is fine", "KEZ-CHAIN-033", skips(chain, "sigchain.duplicate_seq", nil)},
		{"the first branch of a fork counts", "KEZ-CHAIN-034", skips(chain, "sigchain.fork", nil)},
		{"blank lines are skipped", "KEZ-CHAIN-016", rereads(chain, "jsonl", replacer(`(?m)^[ \t\r]*\n`, ""))},
		{"CRLF is refused", "KEZ-CHAIN-015", alters(chain, refusesCRLF)},
		{"an empty chain file is an empty chain", "KEZ-CHAIN-017", skips(chain, "input.empty", nil)},
		{"lines are counted from 0", "KEZ-CHAIN-021", alters(chain, countsFromZero)},
		{"a chain may be longer than 10,000 events", "KEZ-CHAIN-020", skips(chain, "sigchain.too_long", nil)},
		{"revoke is ignored", "KEZ-CHAIN-046", alters(chain, ignoresRevoke)},
		{"claims are not looked up among what is revoked", "KEZ-VERIFY-010", withoutRevoke},
		{"a second add is refused", "KEZ-CHAIN-047", alters(chain, refusesTwice)},
		{"mastodon and ap are two subjects", "KEZ-CHAIN-048", alters(chain, splitsMastodon)},
		{"unknown operations are refused", "KEZ-CHAIN-043", alters(chain, refusesUnknown)},
		{"unknown operations leave no mark", "KEZ-CHAIN-044", alters(chain, sets("partial", false))},
		{"missing arguments are fine", "KEZ-CHAIN-040", skips(chain, "sigchain.op_arguments", nil)},
		{"the new key need not agree", "KEZ-CHAIN-051", skips(chain, "sigchain.op_arguments", operation("rotate"))},
		{"events may follow a rotation", "KEZ-CHAIN-053", skips(chain, "sigchain.closed", nil)},
		{"what a device event holds is not checked", "KEZ-CHAIN-062", skips(chain, "sigchain.op_arguments", operation("add_device"))},
		{"devices are listed for ever", "KEZ-CHAIN-065", alters(chain, keepsDevices)},
		{"lines are written with a space", "KEZ-CHAIN-014", alters("sigchain.sign", writesLoosely)},
		{"an empty bundle is an empty chain", "KEZ-ENC-016", skips("sigchain.bundle.decode", "sigchain.empty", nil)},
	}
}

// event is a chain event, read leniently.
type event struct {
	line    []byte
	op      string
	subject string
	prev    string
}

func events(r adapter.Request) (all []event) {
	for line := range bytes.Lines(input(r, "jsonl")) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		p := object(object(line)["payload"])
		args := object(p["payload"])
		all = append(all, event{line, text(p["op"]), text(args["subject"]), text(p["prev"])})
	}
	return all
}

// canonicalOf gives the canonical form of a JSON text, nil where it has none.
func canonicalOf(raw []byte) []byte {
	r := with(adapter.Request{Op: canonicalize, Input: adapter.Input{}}, "json", raw)
	return canonical(adapter.Handle(r))
}

// hashing judges prev by the hash of something else than the event.
func hashing(part func(line []byte) []byte) func(adapter.Request, adapter.Answer) adapter.Answer {
	return func(r adapter.Request, right adapter.Answer) adapter.Answer {
		if right.Accept == nil && !has(right, "sigchain.prev_mismatch") {
			return right
		}
		all := events(r)
		for i := 1; i < len(all); i++ {
			sum := sha256.Sum256(part(all[i-1].line))
			if all[i].prev != "sha256:"+hex.EncodeToString(sum[:]) {
				return adapter.Answer{Reject: &adapter.Reject{Code: "sigchain.prev_mismatch", At: i + 1}}
			}
		}
		if right.Accept != nil {
			return right
		}
		return adapter.Answer{Accept: adapter.State{}}
	}
}

// operation tells whether the last event of the chain has that operation.
func operation(op string) func(adapter.Request) bool {
	return func(r adapter.Request) bool {
		all := events(r)
		return len(all) > 0 && all[len(all)-1].op == op
	}
}

// upperPrev tells whether a prev would be right in lower case.
func upperPrev(r adapter.Request) bool {
	all := events(r)
	for i := 1; i < len(all); i++ {
		sum := sha256.Sum256(canonicalOf(all[i-1].line))
		if p := all[i].prev; p != strings.ToLower(p) && strings.ToLower(p) == "sha256:"+hex.EncodeToString(sum[:]) {
			return true
		}
	}
	return false
}

func refusesCRLF(r adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept != nil && bytes.Contains(input(r, "jsonl"), []byte("\r\n")) {
		return refuses("json.trailing_data")
	}
	return right
}

func countsFromZero(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Reject != nil && right.Reject.At > 0 {
		return adapter.Answer{Reject: &adapter.Reject{Code: right.Reject.Code, At: right.Reject.At - 1}}
	}
	return right
}

// sets changes one member of every accepted state.
func sets(name string, value any) func(adapter.Request, adapter.Answer) adapter.Answer {
	return func(_ adapter.Request, right adapter.Answer) adapter.Answer {
		if right.Accept == nil {
			return right
		}
		return changed(right, name, value)
	}
}

func changed(right adapter.Answer, name string, value any) adapter.Answer {
	state := adapter.State{}
	for k, v := range right.Accept {
		state[k] = v
	}
	state[name] = value
	return adapter.Answer{Accept: state}
}

func ignoresRevoke(r adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept == nil {
		return right
	}
	active := []string{}
	seen := map[string]bool{}
	for _, e := range events(r) {
		if e.op == "add" && !seen[e.subject] {
			active, seen[e.subject] = append(active, e.subject), true
		}
	}
	return changed(changed(right, "active", active), "revoked", []string{})
}

func refusesTwice(r adapter.Request, right adapter.Answer) adapter.Answer {
	seen := map[string]string{}
	for _, e := range events(r) {
		if right.Accept != nil && e.subject != "" && seen[e.subject] == e.op {
			return refuses("sigchain.op_arguments")
		}
		seen[e.subject] = e.op
	}
	return right
}

func splitsMastodon(r adapter.Request, right adapter.Answer) adapter.Answer {
	last := map[string]string{}
	var order []string
	for _, e := range events(r) {
		if e.subject != "" {
			if last[e.subject] == "" {
				order = append(order, e.subject)
			}
			last[e.subject] = e.op
		}
	}
	if right.Accept == nil || !strings.Contains(strings.Join(order, " "), "mastodon:") {
		return right
	}
	active := []string{}
	for _, s := range order {
		if last[s] == "add" {
			active = append(active, s)
		}
	}
	return changed(right, "active", active)
}

func refusesUnknown(r adapter.Request, right adapter.Answer) adapter.Answer {
	for i, e := range events(r) {
		switch e.op {
		case "add", "revoke", "rotate", "add_device":
		default:
			if right.Accept != nil {
				return adapter.Answer{Reject: &adapter.Reject{Code: "sigchain.op_arguments", At: i + 1}}
			}
		}
	}
	return right
}

func keepsDevices(r adapter.Request, right adapter.Answer) adapter.Answer {
	devices := []map[string]string{}
	for _, e := range events(r) {
		if e.op == "add_device" {
			args := object(object(object(e.line)["payload"])["payload"])
			devices = append(devices, map[string]string{"device": text(args["device"]), "name": text(args["name"])})
		}
	}
	if right.Accept == nil {
		return right
	}
	return changed(right, "devices", devices)
}

func writesLoosely(_ adapter.Request, right adapter.Answer) adapter.Answer {
	line, ok := right.Accept["line"].(map[string]string)
	if !ok {
		return right
	}
	var out bytes.Buffer
	if json.Indent(&out, []byte(line["utf8"]), "", " ") != nil {
		return right
	}
	loose := strings.ReplaceAll(out.String(), "\n", "")
	return adapter.Answer{Accept: adapter.State{"line": adapter.Encode([]byte(loose))}}
}
