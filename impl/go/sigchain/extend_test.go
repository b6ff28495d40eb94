package sigchain_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/strictjson"
)

var ctx = context.Background()

// sameEvent reports whether a chain of canonical lines has an event.
func sameEvent(chain, line []byte) bool {
	doc, err := strictjson.ReadCanonical(bytes.TrimRight(line, "\r\n"), kez.MaxEnvelope)
	if err != nil {
		return false
	}
	for have := range bytes.Lines(chain) {
		if bytes.Equal(bytes.TrimRight(have, "\n"), doc.Bytes()) {
			return true
		}
	}
	return false
}

// compareAtEverySplit stores the first lines of a chain, wherever they are right,
// extends that by the others, and wants the code and the line that a reading of
// the whole gives (KEZ-STORE-018). Leading lines that are stored are passed over,
// so the reading of the whole leaves them out.
func compareAtEverySplit(t *testing.T, primary kez.Identity, lines [][]byte) (refused int) {
	t.Helper()
	for k := range lines {
		prefix := bytes.Join(lines[:k], nil)
		if k > 0 {
			state, err := sigchain.VerifyBytes(prefix)
			if err != nil {
				break
			}
			if primary != state.Primary {
				return refused
			}
		}
		log := holding(primary, prefix)
		rest := lines[k:]
		skipped := 0
		for skipped < len(rest) && sameEvent(log.lines(), rest[skipped]) {
			skipped++
		}
		if len(bytes.TrimSpace(bytes.Join(rest, nil))) == 0 {
			continue
		}
		got, err := sigchain.Extend(ctx, log, log.tip, bytes.NewReader(bytes.Join(rest, nil)))
		state, want := sigchain.Verify(bytes.NewReader(slices.Concat(prefix, bytes.Join(rest[skipped:], nil))), sigchain.Options{Primary: primary})
		if kez.CodeOf(err) != kez.CodeOf(want) {
			t.Errorf("%d lines stored: %q (%v), and the whole gives %q (%v)", k, kez.CodeOf(err), err, kez.CodeOf(want), want)
			continue
		}
		if want == nil {
			if len(rest) > skipped && (got.Tip.Length != state.Length || got.Tip.Head != state.Head || got.Tip.Successor != state.Successor) {
				t.Errorf("%d lines stored: tip %+v, want %d %s", k, got.Tip, state.Length, state.Head)
			}
			continue
		}
		refused++
		e, _ := errors.AsType[*kez.Error](err)
		w, _ := errors.AsType[*kez.Error](want)
		if e.At-skipped != w.At-k && e.Code != kez.InputEmpty {
			t.Errorf("%d lines stored: %s at line %d of the rest, want %d", k, e.Code, e.At, w.At-k+skipped)
		}
		if e.Code == kez.SigchainFork && (got.Fork == nil || *got.Fork != *state.Fork) {
			t.Errorf("%d lines stored: evidence %+v, want %+v", k, got.Fork, state.Fork)
		}
	}
	return refused
}

func TestExtendAgreesWithTheWholeOnAttacks(t *testing.T) {
	for _, a := range sharedtest.Attacks(t, "sigchain") {
		t.Run(a.ID, func(t *testing.T) {
			lines := slices.Collect(bytes.Lines(a.Input))
			state, _ := sigchain.VerifyBytes(bytes.Join(lines[:min(1, len(lines))], nil))
			if state == nil || len(lines) > 1000 {
				return // there is no first event to store
			}
			compareAtEverySplit(t, state.Primary, lines)
		})
	}
}

// TestExtendAgreesWithTheWholeOnFaults damages a chain in thousands of ways.
func TestExtendAgreesWithTheWholeOnFaults(t *testing.T) {
	key, next, device := seedKey(t, 1), seedKey(t, 2), seedKey(t, 3)
	chain := build(t, key, add(t, "github:a"), revoke(t, "github:a"), sigchain.Change{Op: sigchain.AddDevice, Key: device, Name: "x"},
		add(t, "dns:a.example"), sigchain.Change{Op: sigchain.Rotate, Key: next})
	other := build(t, key, add(t, "github:b"), add(t, "github:c"), revoke(t, "github:a"))
	foreign := build(t, next, add(t, "github:a"), add(t, "github:b"))
	good := slices.Collect(bytes.Lines(chain))
	pool := slices.Concat(good, slices.Collect(bytes.Lines(other)), slices.Collect(bytes.Lines(foreign)), [][]byte{[]byte("\n"), []byte("{}\n"), []byte("x\n")})
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 150 {
		lines := slices.Clone(good)
		for range 1 + random.IntN(2) {
			at := random.IntN(len(lines))
			switch random.IntN(5) {
			case 0:
				lines = slices.Insert(lines, at, pool[random.IntN(len(pool))])
			case 1:
				lines = slices.Delete(lines, at, at+1)
			case 2:
				lines[at] = pool[random.IntN(len(pool))]
			case 3:
				line := bytes.Clone(lines[at])
				line[random.IntN(len(line))] ^= 1 << random.IntN(7)
				lines[at] = bytes.ReplaceAll(line, []byte("\n"), []byte("?"))
				lines[at][len(line)-1] = '\n'
			case 4:
				to := random.IntN(len(lines))
				lines[at], lines[to] = lines[to], lines[at]
			}
			if len(lines) == 0 {
				lines = slices.Clone(good)
			}
		}
		refused += compareAtEverySplit(t, key.Identity(), lines)
	}
	if refused < 200 {
		t.Errorf("only %d refusals were compared", refused)
	}
}

// TestExtendCountsWhatIsStored covers the limits of a chain (KEZ-CHAIN-019, 020)
// where most of it is stored.
func TestExtendCountsWhatIsStored(t *testing.T) {
	key := seedKey(t, 1)
	full := fullChain(t)
	state, err := sigchain.VerifyBytes(full)
	if err != nil {
		t.Fatal(err)
	}
	log := holding(key.Identity(), full)
	one := build(t, key, add(t, "github:user0"))
	got, err := sigchain.AppendTo(ctx, log, key.Identity(), full, sigchain.AppendOptions{})
	if err != nil || got.New != 0 || got.Last.Hash != state.Head || log.asked > 11 {
		t.Errorf("a full chain posted again: %+v, %v, after %d questions", got, err, log.asked)
	}
	prefix := state.Prefix(sigchain.MaxEvents - 1)
	line, err := sigchain.Sign(prefix, add(t, "github:x"), key, t0)
	if err != nil {
		t.Fatal(err)
	}
	next := strings.Replace(string(line), fmt.Sprintf(`"seq":%d`, sigchain.MaxEvents-1), fmt.Sprintf(`"seq":%d`, sigchain.MaxEvents), 1)
	if _, err := sigchain.AppendTo(ctx, log, key.Identity(), []byte(next), sigchain.AppendOptions{}); !errors.Is(err, kez.SigchainTooLong) {
		t.Errorf("an event more: %v", err)
	}
	// Bytes: the second event fits exactly, or is one byte too long.
	log = holding(key.Identity(), one)
	state, _ = sigchain.VerifyBytes(one)
	second := extend(t, state, add(t, "github:x"), key)
	log.tip.Bytes = int64(kez.MaxChain - len(second))
	if _, err := sigchain.AppendTo(ctx, log, key.Identity(), second, sigchain.AppendOptions{}); !errors.Is(err, kez.InputTooLarge) {
		t.Errorf("a byte too many: %v", err)
	}
	log.tip.Bytes--
	if _, err := sigchain.AppendTo(ctx, log, key.Identity(), second, sigchain.AppendOptions{}); err != nil {
		t.Errorf("16 MiB exactly: %v", err)
	}
}

func TestAppendToSkipsAndStores(t *testing.T) {
	key := seedKey(t, 1)
	chain := build(t, key, add(t, "github:a"), add(t, "github:b"), add(t, "github:c"))
	lines := slices.Collect(bytes.Lines(chain))
	pretty := bytes.ReplaceAll(lines[0], []byte(`,"`), []byte(",\n \""))
	log := newMemory(key.Identity())
	for _, step := range []struct {
		name      string
		body      []byte
		new, last int
	}{
		{"an envelope over several lines", pretty, 1, 0},
		{"the same with CRLF", append(bytes.TrimSpace(lines[0]), "\r\n"...), 0, 0},
		{"KEZ-STORE-021 known and new", slices.Concat(lines[0], lines[1]), 1, 1},
		{"KEZ-STORE-021 known, in any order", slices.Concat(lines[1], lines[0], lines[2]), 1, 2},
		{"KEZ-STORE-022 all known", chain, 0, 2},
		{"KEZ-STORE-022 an earlier one", lines[1], 0, 1},
	} {
		got, err := sigchain.AppendTo(ctx, log, key.Identity(), step.body, sigchain.AppendOptions{})
		if err != nil || got.New != step.new || got.Last.Seq != step.last || got.Last.Hash != log.entries[step.last].Hash {
			t.Errorf("%s: %+v, %v", step.name, got, err)
		}
	}
	if !bytes.Equal(log.lines(), chain) {
		t.Error("another chain is stored")
	}
}

// TestAppendToShowsTheStoredEvent covers KEZ-STORE-020 and 024.
func TestAppendToShowsTheStoredEvent(t *testing.T) {
	key, next := seedKey(t, 1), seedKey(t, 2)
	chain := build(t, key, add(t, "github:a"), add(t, "github:b"), add(t, "github:c"), add(t, "github:d"))
	other := build(t, key, add(t, "github:a"), add(t, "github:x"), add(t, "github:y"), sigchain.Change{Op: sigchain.Rotate, Key: next})
	lines, others := slices.Collect(bytes.Lines(chain)), slices.Collect(bytes.Lines(other))
	closed := build(t, key, sigchain.Change{Op: sigchain.Rotate, Key: next})
	state, _ := sigchain.VerifyBytes(closed)
	open := *state
	open.Successor = kez.Identity{}
	late := extend(t, &open, add(t, "github:late"), key)
	for _, test := range []struct {
		name   string
		stored []byte
		body   []byte
		want   kez.Code
		shown  int // seq of the stored event, -1 for none
	}{
		{"gap in an empty chain", nil, lines[1], kez.SigchainFirstSeq, -1},
		{"gap", slices.Concat(lines[0], lines[1]), lines[3], kez.SigchainGap, 1},
		{"prev of another event", slices.Concat(lines[0], lines[1]), others[2], kez.SigchainPrevMismatch, 1},
		{"fork", chain, others[1], kez.SigchainFork, 1},
		{"fork after known lines", chain, other, kez.SigchainFork, 1},
		{"no fork, since it does not verify", chain, others[2], kez.SigchainOrder, -1},
		{"closed", closed, late, kez.SigchainClosed, 0},
		{"another primary", chain, build(t, next, add(t, "github:a")), kez.SigchainPrimaryChanged, -1},
		{"a fault after a new line stores nothing", lines[0], slices.Concat(lines[1], []byte("{}\n")), kez.EnvelopeNotObject, -1},
		{"nothing", chain, nil, kez.InputEmpty, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := holding(key.Identity(), test.stored)
			got, err := sigchain.AppendTo(ctx, log, key.Identity(), test.body, sigchain.AppendOptions{})
			if kez.CodeOf(err) != test.want {
				t.Fatalf("%q (%v), want %q", kez.CodeOf(err), err, test.want)
			}
			if shown := got.Conflict.Line; (test.shown >= 0) != (shown != nil) ||
				shown != nil && !bytes.Equal(append(shown, '\n'), slices.Collect(bytes.Lines(test.stored))[test.shown]) {
				t.Errorf("shown: %s", shown)
			}
			if !bytes.Equal(log.lines(), test.stored) {
				t.Error("the chain was changed")
			}
		})
	}
}

func TestAppendToLooksAgainWhenAnotherWasFaster(t *testing.T) {
	key := seedKey(t, 1)
	chain := build(t, key, add(t, "github:a"), add(t, "github:b"))
	lines := slices.Collect(bytes.Lines(chain))
	log := holding(key.Identity(), lines[0])
	log.before = func() { // the same event by another request
		log.before = nil
		if _, err := sigchain.AppendTo(ctx, log, key.Identity(), lines[1], sigchain.AppendOptions{}); err != nil {
			t.Error(err)
		}
	}
	got, err := sigchain.AppendTo(ctx, log, key.Identity(), lines[1], sigchain.AppendOptions{})
	if err != nil || got.New != 0 || got.Last.Seq != 1 || !bytes.Equal(log.lines(), chain) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBeginIsAskedOfNewChainsAlone(t *testing.T) {
	key := seedKey(t, 1)
	chain := build(t, key, add(t, "github:a"), add(t, "github:b"))
	lines := slices.Collect(bytes.Lines(chain))
	refusal, asked := error(kez.Errorf(kez.HTTPRateLimited, "not now")), 0
	options := sigchain.AppendOptions{Begin: func() error { asked++; return refusal }}
	log := newMemory(key.Identity())
	broken := bytes.Replace(lines[0], []byte("github:a"), []byte("github:z"), 1)
	if _, err := sigchain.AppendTo(ctx, log, key.Identity(), broken, options); !errors.Is(err, kez.SignatureInvalid) || asked != 0 {
		t.Errorf("%v, asked %d times", err, asked)
	}
	if _, err := sigchain.AppendTo(ctx, log, key.Identity(), lines[0], options); !errors.Is(err, kez.HTTPRateLimited) || log.tip.Length != 0 {
		t.Errorf("%v, %d events", err, log.tip.Length)
	}
	refusal = nil
	for _, line := range lines {
		if _, err := sigchain.AppendTo(ctx, log, key.Identity(), line, options); err != nil {
			t.Error(err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

// TestAFailingLogBlamesNoLine gives the log's own error, without a line.
func TestAFailingLogBlamesNoLine(t *testing.T) {
	key := seedKey(t, 1)
	chain := build(t, key, add(t, "github:a"), add(t, "github:b"), add(t, "github:c"))
	log := holding(key.Identity(), chain)
	tip := log.tip
	log.failing = kez.Errorf(kez.HTTPUnavailable, "damaged")
	_, err := sigchain.Extend(ctx, log, tip, bytes.NewReader(slices.Collect(bytes.Lines(chain))[1]))
	e, ok := errors.AsType[*kez.Error](err)
	if !ok || e.Code != kez.HTTPUnavailable || e.At != 0 {
		t.Errorf("%+v", e)
	}
}
