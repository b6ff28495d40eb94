package chat

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
)

func TestK03SignatureRemovedEmptiedOrForeign(t *testing.T) {
	bob := key(t, bobSeed)
	other, err := sealer(t, aliceSeed).Seal(bob.Identity(), Plaintext{Body: "other", SentAt: sentAt})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(members)
		want   kez.Code
	}{
		"removed":              {func(m members) { delete(m, "sig") }, kez.SignatureMissing},
		"null":                 {func(m members) { m["sig"] = nil }, kez.SignatureMissing},
		"emptied":              {func(m members) { m["sig"] = "" }, kez.SignatureMissing},
		"a number":             {func(m members) { m["sig"] = 0 }, kez.JSONType},
		"of another message":   {func(m members) { m["sig"] = parsed(t, other)["sig"] }, kez.SignatureInvalid},
		"zero":                 {func(m members) { m["sig"] = strings.Repeat("0", 128) }, kez.SignatureInvalid},
		"by another key":       {func(m members) { m.sign(t, carolSeed) }, kez.SignatureInvalid},
		"by the recipient":     {func(m members) { m.sign(t, bobSeed) }, kez.SignatureInvalid},
		"cut":                  {func(m members) { m["sig"] = m["sig"].(string)[:126] }, kez.SignatureLength},
		"in upper case":        {func(m members) { m["sig"] = strings.ToUpper(m["sig"].(string)) }, kez.SignatureEncoding},
		"under another's name": {func(m members) { m["from"] = key(t, carolSeed).Identity().String() }, kez.SignatureInvalid},
	} {
		m := parsed(t, sealedHello(t))
		test.change(m)
		_, err := Open(bob, m.text(t), sentAt, nil)
		wantCode(t, name, err, test.want)
	}
}

// K-05, on the text: no bit of an envelope is free.
func TestK05EveryBitOfTheText(t *testing.T) {
	bob, data := key(t, bobSeed), sealedHello(t)
	for bit := range 8 * len(data) {
		flipped := bytes.Clone(data)
		flipped[bit/8] ^= 1 << (bit % 8)
		if m, err := Open(bob, flipped, sentAt, nil); err == nil {
			t.Errorf("bit %d of byte %d: opened as %+v", bit%8, bit/8, m)
		} else if kez.CodeOf(err) == "" {
			t.Errorf("bit %d of byte %d: %v has no code", bit%8, bit/8, err)
		}
	}
	fmt.Fprintf(os.Stderr, "K-05 text: %d flips\n", 8*len(data))
}

// K-05, on the bytes that the hex stands for.
func TestK05EveryBitOfEveryMember(t *testing.T) {
	bob, data := key(t, bobSeed), sealedHello(t)
	flips := 0
	for name, codes := range map[string][]kez.Code{
		"nonce": {kez.SignatureInvalid},
		"ct":    {kez.SignatureInvalid}, // its last 16 bytes are the tag
		"from":  {kez.SignatureInvalid, kez.KeyNotOnCurve},
		"to":    {kez.MessageNotForMe},
		"sig":   {kez.SignatureInvalid},
	} {
		for flipped := range flipsOf(t, data, name) {
			flips++
			_, err := Open(bob, flipped.text(t), sentAt, nil)
			wantCode(t, name, err, codes...)
		}
	}
	fmt.Fprintf(os.Stderr, "K-05 members: %d flips\n", flips)
}

// K-05 where the sender's own key signed what was flipped: the tag holds too.
func TestK05EveryBitUnderANewSignature(t *testing.T) {
	bob, data := key(t, bobSeed), sealedHello(t)
	for _, name := range []string{"nonce", "ct"} {
		for flipped := range flipsOf(t, data, name) {
			_, err := Open(bob, flipped.sign(t, aliceSeed).text(t), sentAt, nil)
			wantCode(t, name, err, kez.MessageUndecryptable)
		}
	}
}

// flipsOf gives the envelope once for each bit of the hex in a member.
func flipsOf(t *testing.T, data []byte, name string) func(func(members) bool) {
	return func(yield func(members) bool) {
		text := parsed(t, data)[name].(string)
		prefix := ""
		if name == "from" || name == "to" {
			prefix = "ed25519:"
		}
		raw, err := hex.DecodeString(strings.TrimPrefix(text, prefix))
		if err != nil {
			t.Fatal(err)
		}
		for bit := range 8 * len(raw) {
			flipped := bytes.Clone(raw)
			flipped[bit/8] ^= 1 << (bit % 8)
			m := parsed(t, data)
			m[name] = prefix + hex.EncodeToString(flipped)
			if !yield(m) {
				return
			}
		}
	}
}

func TestK09SameEnvelopeAgainIsShownOnce(t *testing.T) {
	bob, data, seen := key(t, bobSeed), sealedHello(t), history{}
	m, err := Open(bob, data, sentAt, seen.seen)
	if err != nil {
		t.Fatal(err)
	}
	seen[m.Hash] = true
	// Another row of the relay, and other spellings of the same envelope.
	spaced := bytes.ReplaceAll(data, []byte(`,"`), []byte(" ,\n\t\""))
	escaped := bytes.Replace(data, []byte(`"from"`), []byte(`"\u0066rom"`), 1)
	for _, again := range [][]byte{data, spaced, escaped} {
		_, err := Open(bob, again, sentAt.Add(time.Hour), seen.seen)
		wantCode(t, string(again), err, kez.MessageReplayed)
	}
	second, err := sealer(t, aliceSeed).Seal(bob.Identity(), hello)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(bob, second, sentAt, seen.seen); err != nil {
		t.Errorf("the same text sent again is another message: %v", err)
	}
}

// What is refused never asks the set of seen envelopes, or a refused message
// could be told from a kept one.
func TestSeenIsAskedLast(t *testing.T) {
	bob := key(t, bobSeed)
	asked := false
	seen := func([32]byte) bool { asked = true; return true }
	for _, data := range [][]byte{sealRaw(t, []byte("{}")), parsed(t, sealedHello(t)).sign(t, carolSeed).text(t)} {
		if _, err := Open(bob, data, sentAt, seen); err == nil || asked {
			t.Errorf("%v, asked: %t", err, asked)
		}
	}
}

func TestK10JudgedByTheTimeOfStorage(t *testing.T) {
	// Nothing here knows the time of reading: a message of 2026 opens whenever
	// the test runs, as long as its row is of 2026.
	bob, data := key(t, bobSeed), sealedHello(t)
	for _, row := range []time.Time{sentAt, sentAt.Add(maxBefore), sentAt.Add(-maxAfter)} {
		if _, err := Open(bob, data, row, nil); err != nil {
			t.Errorf("stored at %s: %v", row, err)
		}
	}
	for _, row := range []time.Time{
		sentAt.Add(maxBefore + 1), sentAt.Add(8 * 24 * time.Hour), sentAt.Add(-maxAfter - 1), {}, time.Unix(1<<60, 0),
	} {
		_, err := Open(bob, data, row, nil)
		wantCode(t, row.String(), err, kez.MessageStale)
	}
}

// K-16: there is no forward secrecy to claim. Either seed opens an old message.
func TestK16EitherSeedOpensOldEnvelopes(t *testing.T) {
	data := sealedHello(t)
	e, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	alice, bob := key(t, aliceSeed), key(t, bobSeed)
	byBob, err := e.decrypt(bob, alice.Identity())
	if err != nil || byBob != hello {
		t.Errorf("the recipient's seed: %+v, %v", byBob, err)
	}
	byAlice, err := e.decrypt(alice, bob.Identity())
	if err != nil || byAlice != hello {
		t.Errorf("the sender's seed: %+v, %v", byAlice, err)
	}
}

// The forms that the vectors leave out.
func TestEnvelopeForms(t *testing.T) {
	bob := key(t, bobSeed)
	for name, test := range map[string]struct {
		change func(members)
		want   kez.Code
	}{
		"no from":           {func(m members) { delete(m, "from") }, kez.JSONType},
		"no to":             {func(m members) { delete(m, "to") }, kez.JSONType},
		"no nonce":          {func(m members) { delete(m, "nonce") }, kez.JSONType},
		"no ct":             {func(m members) { delete(m, "ct") }, kez.JSONType},
		"v null":            {func(m members) { m["v"] = nil }, kez.MessageVersion},
		"v true":            {func(m members) { m["v"] = true }, kez.MessageVersion},
		"from a github":     {func(m members) { m["from"] = "github:alice" }, kez.SignatureAlgKeyMismatch},
		"from with a space": {func(m members) { m["from"] = m["from"].(string) + " " }, kez.IdentityNotCanonical},
	} {
		m := parsed(t, sealedHello(t))
		test.change(m)
		_, err := Open(bob, m.sign(t, aliceSeed).text(t), sentAt, nil)
		wantCode(t, name, err, test.want)
	}
	for text, want := range map[string]kez.Code{
		"": kez.InputEmpty, " \n": kez.InputEmpty, "{": kez.JSONSyntax, "\xef\xbb\xbf{}": kez.JSONBOM,
		"[]": kez.JSONType, "null": kez.JSONType, "{}": kez.MessageVersion, `{"v":1.0}`: kez.JSONNumber,
		`{"v":1}`: kez.SignatureMissing, `{"v":2,"x":0}`: kez.MessageVersion, `{"v":1,"x":0}`: kez.JSONUnknownMember,
	} {
		_, err := Open(bob, []byte(text), sentAt, nil)
		wantCode(t, text, err, want)
	}
}
