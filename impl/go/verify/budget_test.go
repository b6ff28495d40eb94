package verify

import (
	"context"
	"testing"

	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
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
