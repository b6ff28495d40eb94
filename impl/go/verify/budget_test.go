package verify

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/sigchain/chainfile"
	"kez.lat/kez/impl/go/store"
)

// However long the chains are that somebody publishes, a run holds no more than
// its budget of them; the rest did not answer.
func TestBudget(t *testing.T) {
	r := (&Verifier{}).Begin(t.Context())
	id, err := kez.ParseSigned("ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")
	if err != nil {
		t.Fatal(err)
	}
	shared := make([]byte, kez.MaxChain)
	large := func(context.Context) (*store.Chain, error) {
		return &store.Chain{State: &sigchain.State{Primary: id, Length: sigchain.MaxEvents}, Lines: shared}, nil
	}
	held, refused := 0, 0
	for i := range 40 {
		a := r.ask(chains.Source{Name: string(rune('a' + i)), Service: "one", Get: large}, id)
		<-a.done
		switch {
		case a.err == nil:
			held++
		case kez.CodeOf(a.err) == kez.ChannelTooLarge && a.chain == nil:
			refused++
		default:
			t.Fatal(a.err)
		}
	}
	if held == 0 || held*(kez.MaxChain+eventCost*sigchain.MaxEvents) > budget || held+refused != 40 {
		t.Errorf("%d held, %d refused", held, refused)
	}
}

// The chains of one page cannot use up the budget so that the revocation of
// another claim does not show. [KEZ-VERIFY-003]
func TestBudgetIsNoVerdict(t *testing.T) {
	k, err := keys.FromSeed([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	subject, err := kez.ParseSigned("github:alice")
	if err != nil {
		t.Fatal(err)
	}
	line, err := sigchain.Sign(&sigchain.State{}, sigchain.Change{Op: sigchain.Revoke, Subject: subject}, k, now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := claim.Sign(claim.New{Subject: subject, CreatedAt: "2026-01-02T03:04:05Z"}, k, now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New("https://store.test", "test")
	if err != nil {
		t.Fatal(err)
	}
	s.Transport = served(line)
	v := &Verifier{Sources: &chains.Sources{Stores: []*store.Client{s}}}
	for held, code := range map[int]kez.Code{0: kez.ClaimRevoked, budget: kez.ChannelTooLarge} {
		r := v.Begin(t.Context())
		r.held = held
		q := Question{Subject: subject, Now: now}
		q.look = r.looking(t.Context(), q)
		if got := Claims([]encoding.Candidate{{Form: encoding.FormJSON, JSON: c.Bytes()}}, q); got.Code != code || got.Hint == "" {
			t.Errorf("%d held: %q (%s)", held, got.Code, got.Message)
		}
	}
}

// served is a store that answers every question with the same.
type served []byte

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(s)), Request: r}, nil
}

// Chains on this machine are bounded as well: past the budget they are read again
// for each identity, and still decide.
func TestBudgetOfKeptChains(t *testing.T) {
	h, err := home.Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	files := chainfile.In(h)
	k, err := keys.FromSeed([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Append(k.Identity(), func(s *sigchain.State) ([]byte, error) {
		return sigchain.Sign(s, sigchain.Change{Op: sigchain.Revoke, Subject: k.Identity()}, k, time.Unix(1780000000, 0))
	}); err != nil {
		t.Fatal(err)
	}
	for held, cached := range map[int]int{0: 1, budget: 0} {
		r := (&Verifier{Kept: &files}).Begin(t.Context())
		r.heldLocal = held
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if got := r.keptChain(k.Identity()); len(got) != 1 || got[0].state.Length != 1 {
					t.Errorf("%d held: %+v", held, got)
				}
			})
		}
		group.Wait()
		if len(r.local) != cached {
			t.Errorf("%d held: %d chains stay in memory", held, len(r.local))
		}
	}
}
