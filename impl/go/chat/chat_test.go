package chat

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func TestSpecExamples(t *testing.T) {
	plain := specExample(t, "message-plain")
	if got := string(hello.bytes()); got != plain {
		t.Errorf("plaintext %s, want %s", got, plain)
	}

	var canonical bytes.Buffer
	if err := json.Compact(&canonical, parsed(t, []byte(specExample(t, "message"))).text(t)); err != nil {
		t.Fatal(err)
	}
	data := sealedHello(t)
	if !bytes.Equal(data, canonical.Bytes()) {
		t.Errorf("sealed\n%s, want\n%s", data, &canonical)
	}
	m, err := Open(key(t, bobSeed), []byte(specExample(t, "message")), sentAt, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.From != key(t, aliceSeed).Identity() || m.Plaintext != hello || m.Hash != hashOf(data) {
		t.Errorf("opened %+v", m)
	}

	trace := map[string]string{}
	for line := range strings.Lines(specExample(t, "message-trace")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		trace[name] = value
	}
	shared, err := key(t, aliceSeed).ECDH(key(t, bobSeed).Identity())
	if err != nil || hex.EncodeToString(shared[:]) != trace["shared"] {
		t.Errorf("shared %x, %v, want %s", shared, err, trace["shared"])
	}
	derived, err := messageKey(&shared, &nonce0)
	if err != nil || hex.EncodeToString(derived[:]) != trace["key"] {
		t.Errorf("key %x, %v, want %s", derived, err, trace["key"])
	}
}

func TestSealedMessagesOpen(t *testing.T) {
	alice, bob := sealer(t, aliceSeed), key(t, bobSeed)
	seen := history{}
	for _, plain := range []Plaintext{
		hello,
		{Body: "", SentAt: sentAt},
		{Body: "olá 😀\x00\x1f\u2028\"\\\n", SentAt: sentAt, Dev: "ffffffffffffffff", Ctr: 1<<53 - 1},
		{Body: strings.Repeat("a", 120<<10), SentAt: sentAt},
	} {
		data, err := alice.Seal(bob.Identity(), plain)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Open(bob, data, sentAt, seen.seen)
		if err != nil {
			t.Fatal(err)
		}
		if m.Plaintext != plain || m.From != alice.sender.Identity() || m.Hash != hashOf(data) {
			t.Errorf("%.200q came out as %.200q", plain.Body, m.Body)
		}
		seen[m.Hash] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d hashes", len(seen))
	}
}

func TestSealDropsFractionsOfSeconds(t *testing.T) {
	zone := time.FixedZone("", 3600)
	data, err := sealer(t, aliceSeed).Seal(key(t, bobSeed).Identity(), Plaintext{SentAt: sentAt.Add(999 * time.Millisecond).In(zone)})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := Open(key(t, bobSeed), data, sentAt, nil); err != nil || m.SentAt != sentAt {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestSealRefuses(t *testing.T) {
	alice, bob := sealer(t, aliceSeed), key(t, bobSeed).Identity()
	nostr, err := keys.Generate(kez.SystemNostr, nil)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*Plaintext)) Plaintext {
		p := hello
		change(&p)
		return p
	}
	for name, test := range map[string]struct {
		to    kez.Identity
		plain Plaintext
		want  kez.Code
	}{
		"to nostr":       {nostr.Identity(), hello, kez.SignatureAlgKeyMismatch},
		"to nobody":      {kez.Identity{}, hello, kez.IdentityInvalid},
		"to self":        {alice.sender.Identity(), hello, kez.MessageFromSelf},
		"not UTF-8":      {bob, with(func(p *Plaintext) { p.Body = "\xff" }), kez.MessageUndecryptable},
		"upper-case dev": {bob, with(func(p *Plaintext) { p.Dev = "00112233445566FF" }), kez.MessageUndecryptable},
		"short dev":      {bob, with(func(p *Plaintext) { p.Dev = "00" }), kez.MessageUndecryptable},
		"negative ctr":   {bob, with(func(p *Plaintext) { p.Ctr = -1 }), kez.MessageUndecryptable},
		"large ctr":      {bob, with(func(p *Plaintext) { p.Ctr = 1 << 53 }), kez.MessageUndecryptable},
		"ctr alone":      {bob, with(func(p *Plaintext) { p.Dev, p.Ctr = "", 1 }), kez.MessageUndecryptable},
		"no time":        {bob, with(func(p *Plaintext) { p.SentAt = time.Time{} }), kez.MessageUndecryptable},
		"year 10000":     {bob, with(func(p *Plaintext) { p.SentAt = time.Unix(kez.MaxUnix+1, 0) }), kez.MessageUndecryptable},
		"large":          {bob, with(func(p *Plaintext) { p.Body = strings.Repeat("a", MaxEnvelope/2-100) }), kez.MessageTooLarge},
		"larger":         {bob, with(func(p *Plaintext) { p.Body = strings.Repeat("a", 1<<20) }), kez.MessageTooLarge},
		"large escaped":  {bob, with(func(p *Plaintext) { p.Body = strings.Repeat("\x01", 100<<10) }), kez.MessageTooLarge},
	} {
		data, err := alice.Seal(test.to, test.plain)
		wantCode(t, name, err, test.want)
		if data != nil {
			t.Errorf("%s: sealed", name)
		}
	}
	if _, err := NewSealer(nostr); kez.CodeOf(err) != kez.SignatureAlgKeyMismatch {
		t.Errorf("a nostr sender: %v", err)
	}
	alice.sender.Erase()
	_, err = alice.Seal(bob, hello)
	wantCode(t, "an erased sender", err, kez.CLIKeyStore)
	erased := key(t, bobSeed)
	erased.Erase()
	_, err = Open(erased, sealedHello(t), sentAt, nil)
	wantCode(t, "an erased recipient", err, kez.CLIKeyStore)
}

// The largest text that fits makes an envelope that a reader takes.
func TestSealFillsTheLimit(t *testing.T) {
	alice, bob := sealer(t, aliceSeed), key(t, bobSeed)
	empty, err := alice.Seal(bob.Identity(), Plaintext{SentAt: sentAt})
	if err != nil {
		t.Fatal(err)
	}
	room := (MaxEnvelope - len(empty)) / 2
	largest, err := alice.Seal(bob.Identity(), Plaintext{Body: strings.Repeat("a", room), SentAt: sentAt})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(bob, largest, sentAt, nil); err != nil || len(largest) < MaxEnvelope-1 {
		t.Errorf("%d bytes: %v", len(largest), err)
	}
	_, err = alice.Seal(bob.Identity(), Plaintext{Body: strings.Repeat("a", room+1), SentAt: sentAt})
	wantCode(t, "one more", err, kez.MessageTooLarge)
	padded := append(bytes.Clone(largest), bytes.Repeat([]byte(" "), MaxEnvelope+1-len(largest))...)
	_, err = Open(bob, padded, sentAt, nil)
	wantCode(t, "over the limit", err, kez.InputTooLarge)
}

// K-06: the same nonce twice, under the same two keys, is the same cipher stream
// twice.
func TestK06SameNonceTwiceIsRefused(t *testing.T) {
	bob, carol := key(t, bobSeed).Identity(), key(t, carolSeed).Identity()
	for _, second := range []kez.Identity{bob, carol} {
		alice := sealer(t, aliceSeed)
		alice.random = bytes.NewReader(bytes.Join([][]byte{nonce0[:], nonce0[:], make([]byte, 12)}, nil))
		if _, err := alice.Seal(bob, hello); err != nil {
			t.Fatal(err)
		}
		data, err := alice.Seal(second, hello)
		wantCode(t, "the second message", err, kez.CLIKeyStore)
		if data != nil {
			t.Error("sealed with the nonce of the message before")
		}
		if _, err := alice.Seal(second, hello); err != nil {
			t.Errorf("a new nonce is refused: %v", err)
		}
	}
}

func TestZeroNonceIsNoRepetitionAtFirst(t *testing.T) {
	alice := sealer(t, aliceSeed)
	alice.TestOnlyFixedNonce([nonceSize]byte{})
	if _, err := alice.Seal(key(t, bobSeed).Identity(), hello); err != nil {
		t.Fatal(err)
	}
	_, err := alice.Seal(key(t, bobSeed).Identity(), hello)
	wantCode(t, "the second message", err, kez.CLIKeyStore)
}

func TestRandomnessThatFails(t *testing.T) {
	alice := sealer(t, aliceSeed)
	broken := errors.New("broken")
	alice.random = iotest.ErrReader(broken)
	_, err := alice.Seal(key(t, bobSeed).Identity(), hello)
	wantCode(t, "a broken source", err, kez.CLIKeyStore)
	if !errors.Is(err, broken) {
		t.Errorf("%v hides its cause", err)
	}
}

func TestSealerIsSafeForConcurrentUse(t *testing.T) {
	alice, bob := sealer(t, aliceSeed), key(t, bobSeed)
	var group sync.WaitGroup
	var mu sync.Mutex
	nonces := map[any]bool{}
	for range 4 {
		group.Go(func() {
			for range 16 {
				data, err := alice.Seal(bob.Identity(), hello)
				if err == nil {
					_, err = Open(bob, data, sentAt, nil)
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				nonces[parsed(t, data)["nonce"]] = true
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(nonces) != 64 {
		t.Errorf("%d nonces in 64 messages", len(nonces))
	}
}

func TestPlaintexts(t *testing.T) {
	bob := key(t, bobSeed)
	const sent = `"sent_at":"2026-01-02T03:04:05Z"`
	for text, want := range map[string]kez.Code{
		`{"body":"a",` + sent + `}`:                                      "",
		`{"body":"a",` + sent + `,"dev":"00112233445566ff","ctr":7}`:     "",
		`{"body":"a",` + sent + `,"reply":{"to":[1,null]},"Body":0}`:     "",
		`{"body":"a","sent_at":"2026-01-02T04:04:05.5+01:00"}`:           "",
		`{"body":"a",` + sent + `,"dev":"00112233445566FF","ctr":7}`:     kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"dev":"00112233445566f","ctr":7}`:      kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"dev":16,"ctr":7}`:                     kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"dev":"00112233445566ff","ctr":-1}`:    kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"dev":"00112233445566ff","ctr":"7"}`:   kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"dev":"00112233445566ff","ctr":1.5}`:   kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"dev":"00112233445566ff"}`:             kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"ctr":7}`:                              kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"x":{"y":1,"y":2}}`:                    kez.MessageUndecryptable,
		`{"body":"a",` + sent + `,"x":` + strings.Repeat("[", 100) + `}`: kez.MessageUndecryptable,
		`null`: kez.MessageUndecryptable,
	} {
		_, err := Open(bob, sealRaw(t, []byte(text)), sentAt, nil)
		if kez.CodeOf(err) != want {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		_, err = sealer(t, aliceSeed).SealText(bob.Identity(), []byte(text))
		if kez.CodeOf(err) != want {
			t.Errorf("sealing %s: %v, want %q", text, err, want)
		}
	}
	_, err := Open(bob, sealRaw(t, []byte("{")), sentAt, nil)
	if e, ok := errors.AsType[*kez.Error](err); !ok || e.Cause != kez.JSONSyntax {
		t.Errorf("%v names no cause", err)
	}
}
