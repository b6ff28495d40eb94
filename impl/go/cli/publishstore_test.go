package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"kez.lat/kez/fakes/storefake"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/store"
)

// staleHead answers for the head as it was, as a cache does; all else is the store's.
type staleHead string

func (s staleHead) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/head") {
		return http.DefaultTransport.RoundTrip(r)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(s))), Request: r}, nil
}

// A store that lost events since it told its head, or whose head was told by a
// cache, gets them again. [KEZ-CLI-063]
func TestStoreThatLostEvents(t *testing.T) {
	p := published(t, 3)
	f, err := storefake.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Put(p.state.Primary.String(), bytes.SplitAfter(p.lines, []byte("\n"))[0])
	c, err := store.New(f.URL(), "test")
	if err != nil {
		t.Fatal(err)
	}
	c.Transport = staleHead(fmt.Sprintf(`{"primary":%q,"seq":1,"hash":%q,"length":2}`, p.state.Primary, p.state.HashAt(1)))
	if got := p.toStore(t.Context(), c); got.State != targetStored {
		t.Errorf("%+v", got)
	}
	c.Transport = nil
	if head, err := c.Head(t.Context(), p.state.Primary); err != nil || head.Length != 3 {
		t.Errorf("%+v, %v", head, err)
	}
	// What does not follow is refused as ever.
	other := published(t, 3)
	f.Put(p.state.Primary.String(), chainOf(t, "x:other", "x:more"))
	if got := other.toStore(t.Context(), c); got.State != targetFailed || got.Code != kez.SigchainFork || !strings.Contains(got.Message, "seq 0") {
		t.Errorf("%+v", got)
	}
}
