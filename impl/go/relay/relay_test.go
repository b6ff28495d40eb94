package relay_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/spec"
)

var alice = func() *keys.Private {
	key, err := keys.FromSeed([32]byte{})
	if err != nil {
		panic(err)
	}
	return key
}()

func example(t *testing.T, name string) string {
	t.Helper()
	e, ok := spec.FindExample(name)
	if !ok {
		t.Fatalf("the spec has no example %s", name)
	}
	return strings.TrimSuffix(e.Text, "\n")
}

// TestRegistrationOfTheSpec [KEZ-RELAY-013] [KEZ-RELAY-014] [KEZ-RELAY-026]
func TestRegistrationOfTheSpec(t *testing.T) {
	text := example(t, "handle-registration")
	r, err := relay.ReadRegistration([]byte(text), "kez.lat")
	if err != nil {
		t.Fatal(err)
	}
	if r.Handle != "alice" || r.Server != "kez.lat" || r.Primary != alice.Identity() {
		t.Errorf("%+v", r)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ours, err := relay.SignRegistration("alice", "kez.lat", alice, at)
	if err != nil || string(ours.Text) != string(r.Text) {
		t.Errorf("signed %s, %v", ours.Text, err)
	}
	for _, c := range []struct {
		row  string
		from string
		to   string
		now  time.Time
		want kez.Code
	}{
		{"R-15 exactly 5 min old", "", "", at.Add(5 * time.Minute), ""},
		{"R-15 5 min 1 s old", "", "", at.Add(5*time.Minute + time.Second), kez.HandleStale},
		{"R-15 5 min 1 s ahead", "", "", at.Add(-5*time.Minute - time.Second), kez.HandleStale},
		{"R-15 another server", `"server": "kez.lat"`, `"server": "kez.test"`, at, kez.HandleWrongServer},
		{"R-15 type of a claim", "kez.chat.handle_registration", "kez.claim", at, kez.EnvelopeTypeMismatch},
		{"kind of a claim", `"kez": "handle_registration"`, `"kez": "claim"`, at, kez.EnvelopeTypeMismatch},
		{"version 2", `"version": 1`, `"version": 2`, at, kez.ClaimVersion},
		{"no handle", `"handle": "alice",`, ``, at, kez.HandleInvalid},
		{"no server", `"server": "kez.lat",`, ``, at, kez.HandleWrongServer},
		{"no primary", `"primary": "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",`, ``, at, kez.ClaimPrimaryMissing},
		{"R-16 upper case", `"handle": "alice"`, `"handle": "ALICE"`, at, kez.HandleInvalid},
		{"handle before server", `"handle": "alice",
    "server": "kez.lat"`, `"handle": "al",
    "server": "kez.test"`, at, kez.HandleInvalid},
		{"changed handle", `"handle": "alice"`, `"handle": "alicf"`, at, kez.SignatureInvalid},
	} {
		t.Run(c.row, func(t *testing.T) {
			changed := strings.Replace(text, c.from, c.to, 1)
			if c.from != "" && changed == text {
				t.Fatal("the case changes nothing")
			}
			if _, err := relay.ReadFresh([]byte(changed), "kez.lat", c.now); kez.CodeOf(err) != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestOnlyEd25519Registers [KEZ-RELAY-015]
func TestOnlyEd25519Registers(t *testing.T) {
	nora, err := keys.Generate(kez.SystemNostr, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := relay.SignRegistration("nora", "kez.lat", nora, time.Unix(1767323045, 0)); !errors.Is(err, kez.SignatureAlgKeyMismatch) {
		t.Errorf("%v", err)
	}
}

// TestR16_Handles [KEZ-RELAY-007] [KEZ-RELAY-008]
func TestR16_Handles(t *testing.T) {
	for _, legal := range []string{"abc", "0ab", "a-b", "a_b", strings.Repeat("a", 32)} {
		if err := relay.CheckHandle(legal); err != nil {
			t.Errorf("%q: %v", legal, err)
		}
	}
	for _, illegal := range []string{"", "al", "v1", "-alice", "_alice", strings.Repeat("a", 33), "ALICE", "аlice", "alice\u200b",
		".well-known", "a b", "alice\n", "alice\nsince=0\n1700000000", "al%", "al'ce", "@alice"} {
		if err := relay.CheckHandle(illegal); !errors.Is(err, kez.HandleInvalid) {
			t.Errorf("%q: %v", illegal, err)
		}
	}
}

// TestTypedHandles [KEZ-RELAY-012]
func TestTypedHandles(t *testing.T) {
	for typed, want := range map[string][2]string{
		" @Alice\n": {"alice", ""}, "alice@KEZ.lat": {"alice", ""}, "@alice@other.test": {"alice", "other.test"}, "alice": {"alice", ""},
	} {
		handle, other, err := relay.TypedHandle(typed, "kez.lat")
		if err != nil || handle != want[0] || other != want[1] {
			t.Errorf("%q: %q %q %v", typed, handle, other, err)
		}
	}
	if _, _, err := relay.TypedHandle("@@alice", "kez.lat"); !errors.Is(err, kez.HandleInvalid) {
		t.Errorf("%v", err)
	}
}

func TestReservedAreThoseOfTheSpec(t *testing.T) {
	if want := strings.Fields(example(t, "reserved-handles")); !slices.Equal(want, relay.Reserved) {
		t.Errorf("%v, the spec says %v", relay.Reserved, want)
	}
}

// TestAuthOfTheSpec [KEZ-RELAY-033]
func TestAuthOfTheSpec(t *testing.T) {
	at := time.Unix(1767323045, 0)
	value, err := relay.SignAuth(relay.PollText("alice", 0), alice, at)
	if err != nil || "X-KEZ-Auth: "+value != example(t, "auth-inbox") {
		t.Fatalf("%s, %v", value, err)
	}
	auth, err := relay.ReadAuth(value, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := auth.Verify(relay.PollText("alice", 0), alice.Identity()); err != nil {
		t.Error(err)
	}
	for row, lines := range map[string][]string{
		"R-04 another handle":   relay.PollText("bobby", 0),
		"R-05 another since":    relay.PollText("alice", 5),
		"R-08 poll as stream":   relay.StreamText("alice"),
		"R-08 poll as proofs":   relay.ProofsText("alice"),
		"a send of the same":    relay.BodyText("POST", "kez.lat", "/v1/messages", "alice", nil),
		"without the last line": relay.PollText("alice", 0)[:2],
	} {
		if err := auth.Verify(lines, alice.Identity()); !errors.Is(err, kez.AuthInvalid) {
			t.Errorf("%s: %v", row, err)
		}
	}
}

// TestR01_Edges [KEZ-RELAY-036]
func TestR01_Edges(t *testing.T) {
	at := time.Unix(1767323045, 0)
	value, err := relay.SignAuth(relay.StreamText("alice"), alice, at)
	if err != nil {
		t.Fatal(err)
	}
	for skew, want := range map[time.Duration]kez.Code{
		-60 * time.Second: "", 60 * time.Second: "", 61 * time.Second: kez.AuthStale, -61 * time.Second: kez.AuthFuture,
	} {
		if _, err := relay.ReadAuth(value, at.Add(skew)); kez.CodeOf(err) != want {
			t.Errorf("%v: %v, want %q", skew, err, want)
		}
	}
}

// TestR03_Malformed [KEZ-RELAY-034] [KEZ-RELAY-035]
func TestR03_Malformed(t *testing.T) {
	at := time.Unix(1767323045, 0)
	good, err := relay.SignAuth(relay.StreamText("alice"), alice, at)
	if err != nil {
		t.Fatal(err)
	}
	ts, sig, _ := strings.Cut(good, ":")
	for _, value := range []string{ts, ts + ":", ":" + sig, strings.ToUpper(good), good[:len(good)-1], good + "0", good + ":", ts + "::" + sig,
		"0" + good, "+" + good, " " + good, good + " ", ts + ".0:" + sig, "9007199254740992:" + sig, "99999999999999999999:" + sig, "a:" + sig} {
		if _, err := relay.ReadAuth(value, at); !errors.Is(err, kez.AuthMalformed) {
			t.Errorf("%q: %v", value, err)
		}
	}
	if _, err := relay.ReadAuth("", at); !errors.Is(err, kez.AuthMissing) {
		t.Errorf("%v", err)
	}
}
