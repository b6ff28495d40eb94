package verify_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/verify"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

const alice = "github:alice"

func key(t testing.TB, n byte) *keys.Private {
	t.Helper()
	k, err := keys.FromSeed([32]byte{n})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func id(t testing.TB, text string) kez.Identity {
	t.Helper()
	i, err := kez.ParseSigned(text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func signed(t testing.TB, n claim.New, k *keys.Private) []byte {
	t.Helper()
	if n.CreatedAt == "" {
		n.CreatedAt = "2026-01-02T03:04:05Z"
	}
	c, err := claim.Sign(n, k, now)
	if err != nil {
		t.Fatal(err)
	}
	return c.Bytes()
}

// chain signs steps such as "add github:alice", "rotate", "device" (with the
// key other) and gives JSON lines.
func chain(t testing.TB, k, other *keys.Private, steps ...string) []byte {
	t.Helper()
	v := sigchain.NewVerifier(nil)
	var out []byte
	for _, step := range steps {
		op, subject, _ := strings.Cut(step, " ")
		c := sigchain.Change{Op: sigchain.Op(op), Key: other, Name: "phone"}
		if subject != "" {
			c.Subject = id(t, subject)
		}
		line, err := sigchain.Sign(v.State(), c, k, now.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Append(line); err != nil {
			t.Fatal(err)
		}
		out = append(append(out, line...), '\n')
	}
	return out
}

// fork adds a second event at the place of the last one.
func fork(t testing.TB, k *keys.Private, jsonl []byte) []byte {
	t.Helper()
	lines := bytes.SplitAfter(jsonl, []byte("\n"))
	prefix := bytes.Join(lines[:len(lines)-2], nil)
	state := &sigchain.State{}
	if len(prefix) > 0 {
		var err error
		if state, err = sigchain.VerifyBytes(prefix); err != nil {
			t.Fatal(err)
		}
	}
	line, err := sigchain.Sign(state, sigchain.Change{Op: sigchain.Add, Subject: id(t, "dns:fork.example")}, k, now)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(bytes.Clone(jsonl), line...), '\n')
}

// question asks about the given chains.
func question(t testing.TB, chains ...[]byte) verify.Question {
	t.Helper()
	q := verify.Question{Now: now}
	for i, c := range chains {
		if q.Chains == nil {
			q.Chains = &verify.Chains{}
		}
		if err := q.Chains.AddFile(c, fmt.Sprintf("chain %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	return q
}

func TestTheChainDecides(t *testing.T) {
	k, next, third, phone := key(t, 1), key(t, 2), key(t, 3), key(t, 4)
	plain := claim.New{Subject: id(t, alice)}
	over := claim.New{Subject: id(t, alice), ExpiresAt: "2026-06-01T00:00:00Z"}
	byPhone := claim.New{Subject: id(t, alice), Primary: k.Identity()}
	type world = [][]byte
	for _, test := range []struct {
		name    string
		claim   []byte
		chains  world
		status  kez.Status
		code    kez.Code
		checked bool
	}{
		{"no chain", signed(t, plain, k), nil, kez.Valid, "", false},
		{"listed", signed(t, plain, k), world{chain(t, k, nil, "add "+alice)}, kez.Valid, "", true},
		{"not mentioned", signed(t, plain, k), world{chain(t, k, nil, "add dns:a.example")}, kez.Valid, "", true},
		{"revoked", signed(t, plain, k), world{chain(t, k, nil, "add "+alice, "revoke "+alice)}, kez.Revoked, kez.ClaimRevoked, true},
		{"revoked without add", signed(t, plain, k), world{chain(t, k, nil, "revoke "+alice)}, kez.Revoked, kez.ClaimRevoked, true},
		{"added again", signed(t, plain, k), world{chain(t, k, nil, "revoke "+alice, "add "+alice)}, kez.Valid, "", true},
		{"expired", signed(t, over, k), nil, kez.Expired, kez.ClaimExpired, false},
		{"revoked beats expired", signed(t, over, k), world{chain(t, k, nil, "revoke "+alice)}, kez.Revoked, kez.ClaimRevoked, true},
		{"chain of another", signed(t, plain, k), world{chain(t, next, nil, "add "+alice)}, kez.Invalid, kez.SigchainPrimaryChanged, false},
		{"fork", signed(t, plain, k), world{fork(t, k, chain(t, k, nil, "add "+alice, "add dns:a.example"))}, kez.Fork, kez.SigchainFork, true},
		{"fork beats expired", signed(t, over, k), world{fork(t, k, chain(t, k, nil, "add "+alice, "add dns:a.example"))}, kez.Fork, kez.SigchainFork, true},
		{"revoked before the fork", signed(t, plain, k), world{fork(t, k, chain(t, k, nil, "revoke "+alice, "add dns:a.example"))}, kez.Revoked, kez.ClaimRevoked, true},
		{"revoked after the fork", signed(t, plain, k), world{fork(t, k, chain(t, k, nil, "add "+alice, "revoke "+alice))}, kez.Fork, kez.SigchainFork, true},
		{"rotated while active, successor silent", signed(t, plain, k), world{chain(t, k, next, "add "+alice, "rotate")}, kez.Valid, "", false},
		{"rotated while not active", signed(t, plain, k), world{chain(t, k, next, "add dns:a.example", "rotate")}, kez.Revoked, kez.ClaimRevoked, true},
		{"successor says nothing of it", signed(t, plain, k), world{chain(t, k, next, "add "+alice, "rotate"), chain(t, next, nil, "add dns:a.example")}, kez.Valid, "", true},
		{"successor revokes", signed(t, plain, k), world{chain(t, k, next, "add "+alice, "rotate"), chain(t, next, nil, "revoke "+alice)}, kez.Revoked, kez.ClaimRevoked, true},
		{"passed on twice", signed(t, plain, k), world{chain(t, k, next, "add "+alice, "rotate"), chain(t, next, third, "rotate"), chain(t, third, nil, "revoke "+alice)}, kez.Revoked, kez.ClaimRevoked, true},
		{"a stale copy hides no revocation", signed(t, plain, k), world{chain(t, k, nil, "add "+alice, "revoke "+alice), chain(t, k, nil, "add "+alice)}, kez.Revoked, kez.ClaimRevoked, true},
		{"two copies that differ", signed(t, plain, k), world{chain(t, k, nil, "add "+alice, "add dns:a.example"), chain(t, k, nil, "add "+alice, "add dns:b.example")}, kez.Fork, kez.SigchainFork, true},
		{"successor forks", signed(t, plain, k), world{chain(t, k, next, "add "+alice, "rotate"), fork(t, next, chain(t, next, nil, "add dns:a.example"))}, kez.Fork, kez.SigchainFork, true},
		{"successor revokes and adds again", signed(t, plain, k), world{chain(t, k, next, "add "+alice, "rotate"), chain(t, next, nil, "revoke "+alice, "add "+alice)}, kez.Valid, "", true},
		{"cycle", signed(t, plain, k), world{chain(t, k, next, "add "+alice, "rotate"), chain(t, next, k, "rotate")}, kez.Invalid, kez.SigchainRotationLoop, true},
		{"device without chain", signed(t, byPhone, phone), nil, kez.Invalid, kez.SignatureKeyMismatch, false},
		{"device listed", signed(t, byPhone, phone), world{chain(t, k, phone, "add_device", "add "+alice)}, kez.Valid, "", true},
		{"device never listed", signed(t, byPhone, phone), world{chain(t, k, nil, "add "+alice)}, kez.Invalid, kez.SignatureKeyMismatch, false},
		{"device revoked", signed(t, byPhone, phone), world{chain(t, k, phone, "add_device", "add "+alice, "revoke "+phone.Identity().String())}, kez.Revoked, kez.ClaimRevoked, true},
		{"device listed again", signed(t, byPhone, phone), world{chain(t, k, phone, "add_device", "revoke "+phone.Identity().String(), "add_device")}, kez.Valid, "", true},
		{"device added as a subject is not listed again", signed(t, byPhone, phone), world{chain(t, k, phone, "add_device", "revoke "+phone.Identity().String(), "add "+phone.Identity().String())}, kez.Revoked, kez.ClaimRevoked, true},
		{"device, subject revoked", signed(t, byPhone, phone), world{chain(t, k, phone, "add_device", "revoke "+alice)}, kez.Revoked, kez.ClaimRevoked, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := verify.File(test.claim, encoding.ReadAuto, question(t, test.chains...))
			if r.Status != test.status || r.Code != test.code || r.Chain.Checked != test.checked {
				t.Fatalf("%s %q checked %t (%s), want %s %q checked %t", r.Status, r.Code, r.Chain.Checked, r.Message, test.status, test.code, test.checked)
			}
		})
	}
}

// TestRotationHops follows exactly eight rotations. [KEZ-CHAIN-054]
func TestRotationHops(t *testing.T) {
	for _, test := range []struct {
		hops int
		code kez.Code
	}{{verify.MaxHops, ""}, {verify.MaxHops + 1, kez.SigchainRotationLoop}} {
		chains := [][]byte{chain(t, key(t, 1), key(t, 2), "add "+alice, "rotate")}
		for i := 1; i < test.hops; i++ {
			chains = append(chains, chain(t, key(t, byte(i+1)), key(t, byte(i+2)), "rotate"))
		}
		chains = append(chains, chain(t, key(t, byte(test.hops+1)), nil, "add dns:a.example"))
		r := verify.File(signed(t, claim.New{Subject: id(t, alice)}, key(t, 1)), encoding.ReadAuto, question(t, chains...))
		if r.Code != test.code {
			t.Errorf("%d hops: %q (%s), want %q", test.hops, r.Code, r.Message, test.code)
		}
	}
}

func TestRequireChain(t *testing.T) {
	k := key(t, 1)
	q := question(t)
	q.RequireChain = true
	r := verify.File(signed(t, claim.New{Subject: id(t, alice)}, k), encoding.ReadAuto, q)
	if r.Status != kez.Unreachable || r.Code != kez.ChannelUnreachable {
		t.Errorf("%s %q", r.Status, r.Code)
	}
}

func TestCandidates(t *testing.T) {
	one, two := key(t, 1), key(t, 2)
	subject, other := claim.New{Subject: id(t, alice)}, claim.New{Subject: id(t, "dns:a.example")}
	good, rival, elsewhere := signed(t, subject, one), signed(t, subject, two), signed(t, other, two)
	expired := signed(t, claim.New{Subject: id(t, alice), ExpiresAt: "2026-02-01T00:00:00Z"}, one)
	bad := bytes.Replace(good, []byte("alice"), []byte("mallo"), 1)
	fences := func(bodies ...[]byte) []byte {
		var text []byte
		for _, b := range bodies {
			text = fmt.Appendf(text, "text\n\n```kez\n%s\n```\n\n", b)
		}
		return text
	}
	for _, test := range []struct {
		name       string
		text       []byte
		asked      string
		primary    *keys.Private
		code       kez.Code
		candidates int
	}{
		{"one bad hides no good", fences(bad, good), "", nil, "", 2},
		{"two primaries", fences(good, rival), "", nil, kez.ProofAmbiguous, 2},
		{"two primaries, one named", fences(good, rival), "", two, "", 2},
		{"two primaries, a third named", fences(good, rival), "", key(t, 3), kez.ChannelNotFound, 2},
		{"two subjects", fences(good, elsewhere), "", nil, "", 2},
		{"another subject is fine beside an ambiguous one", fences(good, rival, elsewhere), "", nil, "", 3},
		{"same proof twice", fences(good, good), "", nil, "", 2},
		{"asked for another", fences(good), "dns:a.example", nil, kez.ChannelSubjectMismatch, 1},
		{"expired before bad", fences(bad, expired), "", nil, kez.ClaimExpired, 2},
		{"first bad", fences(bad, []byte("{}")), "", nil, kez.SignatureInvalid, 2},
		{"none", []byte("no proof here\n"), "", nil, kez.MarkdownNoFence, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := question(t)
			if test.asked != "" {
				q.Subject = id(t, test.asked)
			}
			if test.primary != nil {
				q.Primary = test.primary.Identity()
			}
			r := verify.File(test.text, encoding.ReadMarkdown, q)
			if r.Code != test.code || len(r.Candidates) != test.candidates {
				t.Fatalf("%q with %d candidates (%s), want %q with %d", r.Code, len(r.Candidates), r.Message, test.code, test.candidates)
			}
		})
	}
}

// TestClock gives a wrong clock the blame it deserves. [L-14]
func TestClockL14(t *testing.T) {
	for year, expires := range map[int]string{1970: "", 2100: "2027-01-01T00:00:00Z"} {
		q := question(t)
		q.Now = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		r := verify.File(signed(t, claim.New{Subject: id(t, alice), ExpiresAt: expires}, key(t, 1)), encoding.ReadAuto, q)
		if r.Status == kez.Valid || !strings.Contains(r.Hint, "clock") {
			t.Errorf("%d: %s, hint %q", year, r.Status, r.Hint)
		}
	}
}

// TestSources names what every copy of a chain is. [KEZ-VERIFY-024]
func TestSources(t *testing.T) {
	k := key(t, 1)
	long, short := chain(t, k, nil, "add "+alice, "add dns:a.example"), chain(t, k, nil, "add "+alice)
	r := verify.File(signed(t, claim.New{Subject: id(t, alice)}, k), encoding.ReadAuto, question(t, long, short))
	if len(r.Chain.Sources) != 2 || r.Chain.Sources[0].State != verify.SourceLongest || r.Chain.Sources[1].State != verify.SourceBehind {
		t.Errorf("%+v", r.Chain.Sources)
	}
	other := chain(t, k, nil, "add "+alice, "add dns:b.example")
	r = verify.File(signed(t, claim.New{Subject: id(t, alice)}, k), encoding.ReadAuto, question(t, long, other, short))
	states := ""
	for _, s := range r.Chain.Sources {
		states += s.State + " "
	}
	if states != "fork fork longest " {
		t.Errorf("states %s", states)
	}
}
