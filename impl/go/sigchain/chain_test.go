package sigchain_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func seedKey(t testing.TB, b byte) *keys.Private {
	t.Helper()
	var seed [32]byte
	seed[0] = b
	key, err := keys.FromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func subject(t testing.TB, text string) kez.Identity {
	t.Helper()
	id, err := kez.ParseSigned(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// extend signs a change after a chain and gives its line.
func extend(t testing.TB, chain *sigchain.State, c sigchain.Change, key *keys.Private) []byte {
	t.Helper()
	line, err := sigchain.Sign(chain, c, key, t0)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// build signs changes one after the other and gives the chain as JSONL.
func build(t testing.TB, key *keys.Private, changes ...sigchain.Change) []byte {
	t.Helper()
	v := sigchain.NewVerifier(nil)
	var chain []byte
	for _, c := range changes {
		line := extend(t, v.State(), c, key)
		if err := v.Append(line); err != nil {
			t.Fatal(err)
		}
		chain = append(append(chain, line...), '\n')
	}
	return chain
}

func add(t testing.TB, id string) sigchain.Change {
	return sigchain.Change{Op: sigchain.Add, Subject: subject(t, id)}
}

func revoke(t testing.TB, id string) sigchain.Change {
	return sigchain.Change{Op: sigchain.Revoke, Subject: subject(t, id)}
}

func TestStateIsTheLastOperation(t *testing.T) {
	key, device := seedKey(t, 1), seedKey(t, 2)
	chain := build(t, key, add(t, "github:alice"), add(t, "dns:a.example"), revoke(t, "github:alice"),
		sigchain.Change{Op: sigchain.AddDevice, Key: device, Name: "phone"}, add(t, "mastodon:a@b.example"),
		add(t, "github:alice"), revoke(t, "dns:a.example"), revoke(t, device.Identity().String()))
	state, err := sigchain.VerifyBytes(chain)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(state.Active()); got != "[ap:a@b.example github:alice]" {
		t.Errorf("active %s", got)
	}
	if active, listed := state.Subject(subject(t, "ap:a@b.example")); !active || !listed {
		t.Error("mastodon: and ap: are not the same subject")
	}
	if listed, known := state.Device(device.Identity()); listed || !known {
		t.Errorf("device listed %t, known %t", listed, known)
	}
	if state.Length != 8 || state.Closed() || state.Partial {
		t.Errorf("length %d, closed %t, partial %t", state.Length, state.Closed(), state.Partial)
	}
}

func TestRotationClosesTheChain(t *testing.T) {
	key, next := seedKey(t, 1), seedKey(t, 2)
	chain := build(t, key, add(t, "github:alice"), sigchain.Change{Op: sigchain.Rotate, Key: next})
	state, err := sigchain.VerifyBytes(chain)
	if err != nil || state.Successor != next.Identity() {
		t.Fatalf("successor %v, %v", state, err)
	}
	if _, err := sigchain.Sign(state, add(t, "github:bob"), key, t0); !errors.Is(err, kez.SigchainClosed) {
		t.Errorf("signing after the close: %v", err)
	}
	if _, err := sigchain.Sign(state, add(t, "github:bob"), next, t0); !errors.Is(err, kez.SigchainPrimaryChanged) {
		t.Errorf("signing with another key: %v", err)
	}
}

func TestForkGivesTheSharedPrefix(t *testing.T) {
	key := seedKey(t, 1)
	trunk := build(t, key, add(t, "github:alice"))
	state, _ := sigchain.VerifyBytes(trunk)
	left, right := extend(t, state, add(t, "github:left"), key), extend(t, state, add(t, "github:right"), key)
	chain := bytes.Join([][]byte{bytes.TrimSuffix(trunk, []byte("\n")), left, right}, []byte("\n"))
	prefix, err := sigchain.VerifyBytes(chain)
	e, ok := errors.AsType[*kez.Error](err)
	if !ok || e.Code != kez.SigchainFork || e.At != 3 {
		t.Fatalf("error %v at %v", err, e)
	}
	if prefix.Length != 1 || prefix.Fork == nil || prefix.Fork.Seq != 1 {
		t.Errorf("prefix %+v", prefix)
	}
	// The same second event with a broken signature is no evidence of anything.
	broken := bytes.Replace(chain, []byte("github:right"), []byte("github:wrong"), 1)
	if _, err := sigchain.VerifyBytes(broken); !errors.Is(err, kez.SigchainOrder) {
		t.Errorf("forged fork: %v", err)
	}
}

func TestFaultsComeInTheOrderOfLines(t *testing.T) {
	key := seedKey(t, 1)
	chain := build(t, key, add(t, "github:a"), add(t, "github:b"), add(t, "github:c"))
	lines := bytes.SplitAfter(chain, []byte("\n"))
	flip := func(line []byte) []byte { // one digit of the signature
		line = bytes.Clone(line)
		at := bytes.Index(line, []byte(`"sig":"`)) + 7
		line[at] ^= 1
		return line
	}
	for _, test := range []struct {
		name  string
		chain [][]byte
		want  kez.Code
		at    int
	}{
		{"bad signature before bad link", [][]byte{lines[0], flip(lines[1]), []byte("{\n")}, kez.SignatureInvalid, 2},
		{"blank line", [][]byte{lines[0], []byte("\n"), lines[1]}, kez.SigchainSyntax, 2},
		{"blank last line", [][]byte{lines[0], []byte(" \r\n")}, kez.SigchainSyntax, 2},
		{"only blank lines", [][]byte{[]byte("\n \n\r\n")}, kez.InputEmpty, 0},
		{"nothing", nil, kez.InputEmpty, 0},
		{"blank, then an event", [][]byte{[]byte("\n"), lines[0]}, kez.SigchainSyntax, 1},
		{"gap", [][]byte{lines[0], lines[2]}, kez.SigchainGap, 2},
		{"repeated", [][]byte{lines[0], lines[1], lines[0]}, kez.SigchainDuplicateSeq, 3},
		{"first missing", [][]byte{lines[1]}, kez.SigchainFirstSeq, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := sigchain.VerifyBytes(bytes.Join(test.chain, nil))
			e, ok := errors.AsType[*kez.Error](err)
			if !ok || e.Code != test.want || test.at != 0 && e.At != test.at {
				t.Fatalf("%+v, want %s at %d", e, test.want, test.at)
			}
		})
	}
}

func TestAppendLeavesTheChainAsItWas(t *testing.T) {
	key := seedKey(t, 1)
	v := sigchain.NewVerifier(nil)
	line := extend(t, v.State(), add(t, "github:a"), key)
	if err := v.Append(line); err != nil {
		t.Fatal(err)
	}
	next := extend(t, v.State(), revoke(t, "github:a"), key)
	at := bytes.Index(next, []byte(`"sig":"`)) + 7
	next[at] ^= 1
	if err := v.Append(next); !errors.Is(err, kez.SignatureInvalid) {
		t.Fatal(err)
	}
	if active, _ := v.State().Subject(subject(t, "github:a")); !active || v.State().Length != 1 {
		t.Error("a refused event changed the chain")
	}
}

// padded gives a chain of exactly size bytes, white space filled into its lines.
func padded(t *testing.T, size int) []byte {
	t.Helper()
	key := seedKey(t, 1)
	changes := make([]sigchain.Change, 300)
	for i := range changes {
		changes[i] = add(t, "github:a")
	}
	var out []byte
	lines := bytes.SplitAfter(bytes.TrimSuffix(build(t, key, changes...), []byte("\n")), []byte("\n"))
	for i, line := range lines {
		room := (size - len(out)) / (len(lines) - i)
		if i == len(lines)-1 {
			room = size - len(out) - 1
			line = append(line, '\n')
			room++
		}
		pad := min(room-len(line), 64<<10-len(line))
		out = append(out, '{')
		out = append(out, bytes.Repeat([]byte(" "), pad)...)
		out = append(out, line[1:]...)
	}
	if len(out) != size {
		t.Fatalf("%d bytes, want %d", len(out), size)
	}
	return out
}

func TestLimits(t *testing.T) {
	key := seedKey(t, 1)
	chain := build(t, key, add(t, "github:a"))
	wide := bytes.Replace(chain, []byte(","), append([]byte(","), bytes.Repeat([]byte(" "), 64<<10)...), 1)
	full := padded(t, kez.MaxChain)
	for _, test := range []struct {
		name  string
		chain []byte
		want  kez.Code
	}{
		{"line over 64 KiB", wide, kez.InputTooLarge},
		{"64 KiB of white space before an event", append(bytes.Repeat([]byte(" "), 64<<10+1), chain...), kez.InputTooLarge},
		{"exactly 16 MiB", full, ""},
		{"a newline more", append(bytes.Clone(full), '\n'), kez.InputTooLarge},
		{"a space more", append(bytes.Clone(full), ' '), kez.InputTooLarge},
		{"an event more", append(bytes.Clone(full), chain...), kez.InputTooLarge},
		{"the last newline is too many", append(bytes.TrimSuffix(bytes.Clone(full), []byte("\n")), " \n"...), kez.InputTooLarge},
		{"a fault before that", append(full[:len(full)-1:len(full)-1], "x\n"...), kez.JSONTrailingData},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := sigchain.VerifyBytes(test.chain); kez.CodeOf(err) != test.want {
				t.Errorf("%q (%v), want %q", kez.CodeOf(err), err, test.want)
			}
		})
	}
}

// TestNoEventPastTheLimit neither signs nor adds what no reader takes.
func TestNoEventPastTheLimit(t *testing.T) {
	key := seedKey(t, 1)
	state, err := sigchain.VerifyBytes(fullChain(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sigchain.Sign(state, add(t, "github:a"), key, t0); !errors.Is(err, kez.SigchainTooLong) {
		t.Error(err)
	}
}

func TestSignRefusesWhatIsIncomplete(t *testing.T) {
	for _, c := range []sigchain.Change{{Op: "x"}, {Op: sigchain.Rotate}, {Op: sigchain.AddDevice, Name: "x"}} {
		if _, err := sigchain.Sign(&sigchain.State{}, c, seedKey(t, 1), t0); !errors.Is(err, kez.SigchainOpArguments) {
			t.Errorf("%s: %v", c.Op, err)
		}
	}
}
