package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/server"
)

// program has no limits on who asks, so that tests may.
var program = servertest.Program{Name: "kez-sig-server", Variable: "KEZ_SIG_TEST_AS_SERVER", Flags: []string{"--new-chains", "0"}}

func TestMain(m *testing.M) {
	program.Main(m, func(args []string) int { return server.Main(args, server.System()) })
}

// author signs the events of one chain.
type author struct {
	key   *keys.Private
	v     *sigchain.Verifier
	lines [][]byte // signed so far, in order
}

func newAuthor(t testing.TB) *author {
	t.Helper()
	key, err := keys.Generate(kez.SystemEd25519, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &author{key: key, v: sigchain.NewVerifier(nil)}
}

// next signs one more event.
func (a *author) next() ([]byte, error) {
	subject, err := kez.ParseSigned(fmt.Sprintf("github:user%d", len(a.lines)))
	if err != nil {
		return nil, err
	}
	line, err := sigchain.Sign(a.v.State(), sigchain.Change{Op: sigchain.Add, Subject: subject}, a.key, time.Unix(1767323045, 0))
	if err != nil {
		return nil, err
	}
	if err := a.v.Append(line); err != nil {
		return nil, err
	}
	a.lines = append(a.lines, line)
	return line, nil
}

func (a *author) chain() []byte { return append(bytes.Join(a.lines, []byte("\n")), '\n') }

func (a *author) url(base string) string {
	id := a.key.Identity()
	return base + "/v1/sigchains/" + id.System() + "/" + id.Value()
}

func post(url string, body []byte) (int, []byte, error) {
	return servertest.Post(url, "application/jsonl", body)
}

func wantPost(t testing.TB, url string, body []byte, want int) []byte {
	t.Helper()
	status, text, err := post(url, body)
	if err != nil || status != want {
		t.Fatalf("status %d, want %d: %v %s", status, want, err, text)
	}
	return text
}

func wantGet(t testing.TB, url string) []byte {
	t.Helper()
	status, body, err := servertest.Get(url)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %v %s", url, status, err, body)
	}
	return body
}

// all runs f for every author at once and joins the errors.
func all(authors []*author, f func(i int, a *author) error) error {
	errs := make([]error, len(authors))
	var wait sync.WaitGroup
	for i, a := range authors {
		wait.Go(func() { errs[i] = f(i, a) })
	}
	wait.Wait()
	return errors.Join(errs...)
}
