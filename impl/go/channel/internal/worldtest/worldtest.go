// Package worldtest runs a channel against a world of fakes and judges what it
// found, for the tests of the channels.
package worldtest

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// Now is the time of all verdicts.
var Now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// Past is before Now, for claims that expired.
const Past = "2026-03-01T00:00:00Z"

// Start runs the world of a txtar archive. A request that the world does not
// know fails the test.
func Start(t testing.TB, archive string) *fakes.World {
	t.Helper()
	w, err := fakes.OpenText(archive)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if unknown := w.Unknown(); len(unknown) > 0 {
			t.Errorf("unknown to the world: %q", unknown)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// Server is one fake by itself.
type Server interface {
	Load(fs.FS) error
	Close() error
	Unknown() []string
}

// Serve loads a world folder into a fake. In its files PROOF and COMPACT stand
// for tokens of alice, and BOBS for one of bob.
func Serve(t testing.TB, server Server, world, alice, bob string) {
	t.Helper()
	t.Cleanup(func() { server.Close() })
	a := Claim{Subject: alice, Key: 1}
	world = strings.NewReplacer("PROOF", a.Short(t), "COMPACT", a.Token(t), "BOBS", Claim{Subject: bob, Key: 1}.Short(t)).Replace(world)
	folder, err := txtar.FS(txtar.Parse([]byte(world)))
	if err == nil {
		err = server.Load(folder)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Claim is a claim to be signed.
type Claim struct {
	Subject string
	Key     byte // a signer of its own for each; all are public test keys
	Expires string
	Spoilt  bool // one digit of the signature is changed
}

// Primary gives the identity of a signer.
func Primary(t testing.TB, key byte) kez.Identity { return signer(t, key).Identity() }

func signer(t testing.TB, key byte) *keys.Private {
	t.Helper()
	k, err := keys.FromSeed([32]byte{key})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// ID parses an identity.
func ID(t testing.TB, text string) kez.Identity {
	t.Helper()
	id, err := kez.ParseSigned(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// JSON gives the envelope in the JSON form.
func (c Claim) JSON(t testing.TB) string {
	t.Helper()
	n := claim.New{Subject: ID(t, c.Subject), CreatedAt: "2026-01-02T03:04:05Z", ExpiresAt: c.Expires}
	signed, err := claim.Sign(n, signer(t, c.Key), Now)
	if err != nil {
		t.Fatal(err)
	}
	text, err := encoding.FormatJSON(signed.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if c.Spoilt {
		start := []byte(`"sig": "`)
		digit := bytes.Index(text, start) + len(start)
		text[digit] = '0' + (text[digit]-'0'+1)%8
	}
	return string(text)
}

// Short gives the short form, which fits a post.
func (c Claim) Short(t testing.TB) string {
	return format(t, func(envelope []byte) (string, error) {
		fields, err := encoding.ShortOf(envelope)
		if err != nil {
			return "", err
		}
		return encoding.EncodeShort(fields)
	}, c)
}

// Token gives the compact form.
func (c Claim) Token(t testing.TB) string { return format(t, encoding.EncodeCompact, c) }

// Markdown gives the Markdown form.
func (c Claim) Markdown(t testing.TB) string { return format(t, encoding.FormatMarkdown, c) }

func format[T string | []byte](t testing.TB, encode func([]byte) (T, error), c Claim) string {
	t.Helper()
	text, err := encode([]byte(c.JSON(t)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Verify asks a channel about an identity and judges what it found.
func Verify(t testing.TB, c channel.Channel, subject string) *verify.Result {
	t.Helper()
	return Ask(t, t.Context(), c, verify.Question{Subject: ID(t, subject)})
}

// Ask asks a question of a channel.
func Ask(t testing.TB, ctx context.Context, c channel.Channel, q verify.Question) *verify.Result {
	t.Helper()
	q.Now = Now
	return verify.Found(c.Verify(ctx, q.Subject), q)
}

// Impatient gives a context with little time, though enough for what answers.
func Impatient(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// Want checks a verdict; the status has to be that of the code.
func Want(t testing.TB, r *verify.Result, code kez.Code) {
	t.Helper()
	status, known := kez.StatusOf(code, true)
	if code == "" {
		status, known = kez.Valid, true
	}
	if !known || r.Code != code || r.Status != status {
		t.Errorf("%s %q (%s; %s), want %s %q; places %+v", r.Status, r.Code, r.Message, r.Hint, status, code, r.Places)
	}
}

// Candidates checks the codes of all candidates, in their order.
func Candidates(t testing.TB, r *verify.Result, codes ...kez.Code) {
	t.Helper()
	same := len(r.Candidates) == len(codes)
	for i := 0; same && i < len(codes); i++ {
		same = r.Candidates[i].Code == codes[i]
	}
	if !same {
		t.Errorf("candidates %+v, want %q", r.Candidates, codes)
	}
}

// History checks all that the world was asked, in order.
func History(t testing.TB, w *fakes.World, lines ...string) {
	t.Helper()
	got := w.History()
	same := len(got) == len(lines)
	for i := 0; same && i < len(lines); i++ {
		same = got[i] == lines[i]
	}
	if !same {
		t.Errorf("asked %q, want %q", got, lines)
	}
}
