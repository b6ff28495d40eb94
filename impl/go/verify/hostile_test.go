package verify_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path"
	"testing"
	"testing/synctest"
	"time"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/store"
	"kez.lat/kez/impl/go/verify"
)

// A page may hold a device's claim of a primary that was not asked for; its chain
// is not looked at. [KEZ-VERIFY-008, 009]
func TestDeviceOfAnotherPrimary(t *testing.T) {
	s := set(t, 1)
	s.claims[alice] = signed(t, claim.New{Subject: id(t, alice), Primary: key(t, 5).Identity()}, key(t, 4))
	targets, _ := s.v.Targets([]kez.Identity{id(t, alice)})
	r := s.v.ID(t.Context(), targets[0], verify.Question{Now: now, Primary: s.k.Identity()})
	if r.Code != kez.ChannelNotFound || len(s.stores[0].History()) != 0 {
		t.Errorf("%q (%s), %d questions", r.Code, r.Message, len(s.stores[0].History()))
	}
}

// Whoever writes a page cannot hide a revocation behind claims of primaries made
// up for that. [KEZ-VERIFY-010]
func TestRevocationBehindACrowd(t *testing.T) {
	s := set(t, 1)
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice, "revoke "+alice))
	many := crowd{}
	for i := range 8 {
		over := claim.New{Subject: id(t, alice), ExpiresAt: "2026-02-01T00:00:00Z"}
		many = append(many, encoding.Candidate{Form: encoding.FormJSON, JSON: signed(t, over, key(t, byte(100+i)))})
	}
	many = append(many, encoding.Candidate{Form: encoding.FormJSON, JSON: s.claims[alice]})
	s.v.Channels = channel.NewRegistry(many)
	if r := s.ask(); r.Status == kez.Valid {
		t.Errorf("valid, %q", r.Message)
	}
	targets, _ := s.v.Targets([]kez.Identity{id(t, alice)})
	if r := s.v.ID(t.Context(), targets[0], verify.Question{Now: now, Primary: s.k.Identity()}); r.Code != kez.ClaimRevoked {
		t.Errorf("with the primary named: %q (%s)", r.Code, r.Message)
	}
	s.v.Channels = channel.NewRegistry(many[8:])
	if r := s.ask(); r.Code != kez.ClaimRevoked { // and the chain is kept
		t.Errorf("alone: %q", r.Code)
	}
	s.stores[0].Clear()
	s.v.Channels = channel.NewRegistry(many)
	if r := s.ask(); r.Code != kez.ClaimRevoked {
		t.Errorf("with the chain kept: %q (%s)", r.Code, r.Message)
	}
}

// drip is a channel that takes all the time that it gets.
type drip struct{ proofs }

func (d drip) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	end, _ := ctx.Deadline()
	time.Sleep(time.Until(end) - time.Millisecond) // of the bubble
	return d.proofs.Verify(ctx, id)
}

// A subject's own host cannot hide a revocation by answering so late that no time
// is left for the chain. [KEZ-VERIFY-010]
func TestRevocationBehindASlowHost(t *testing.T) {
	k := key(t, 1)
	lines := chain(t, k, nil, "add "+alice, "revoke "+alice)
	claims := proofs{alice: signed(t, claim.New{Subject: id(t, alice)}, k)}
	synctest.Test(t, func(t *testing.T) {
		c, err := store.New("https://store.test", "test")
		if err != nil {
			t.Fatal(err)
		}
		c.Transport = transport(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(lines)), Request: r}, nil
		})
		v := &verify.Verifier{Channels: channel.NewRegistry(drip{claims}), Sources: &chains.Sources{Stores: []*store.Client{c}}, Timeout: 5 * time.Second}
		targets, err := v.Targets([]kez.Identity{id(t, alice)})
		if err != nil {
			t.Fatal(err)
		}
		if r := v.ID(t.Context(), targets[0], verify.Question{Now: now}); r.Code != kez.ClaimRevoked {
			t.Errorf("%q (%s)", r.Code, r.Message)
		}
		time.Sleep(time.Minute)
	})
}

// A page cannot use up the time of the chain with the long rotations of primaries
// made up for that: all primaries named are asked for at once. [KEZ-VERIFY-010, 021]
func TestRevocationBehindRotations(t *testing.T) {
	k := key(t, 1)
	served := map[string][]byte{k.Identity().Value(): chain(t, k, nil, "add "+alice, "revoke "+alice)}
	many := crowd{}
	for i := range byte(7) {
		over := claim.New{Subject: id(t, alice), ExpiresAt: "2026-02-01T00:00:00Z"}
		many = append(many, encoding.Candidate{Form: encoding.FormJSON, JSON: signed(t, over, key(t, 100+10*i))})
		for hop := range byte(8) {
			steps := []string{"rotate"}
			if hop == 0 {
				steps = []string{"add " + alice, "rotate"}
			}
			served[key(t, 100+10*i+hop).Identity().Value()] = chain(t, key(t, 100+10*i+hop), key(t, 101+10*i+hop), steps...)
		}
	}
	many = append(many, encoding.Candidate{Form: encoding.FormJSON, JSON: signed(t, claim.New{Subject: id(t, alice)}, k)})
	synctest.Test(t, func(t *testing.T) {
		c, err := store.New("https://store.test", "test")
		if err != nil {
			t.Fatal(err)
		}
		c.Transport = transport(func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			lines, found := served[path.Base(r.URL.Path)]
			if !found {
				return &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(lines)), Request: r}, nil
		})
		v := &verify.Verifier{Channels: channel.NewRegistry(many), Sources: &chains.Sources{Stores: []*store.Client{c}}, Timeout: 5 * time.Second}
		targets, err := v.Targets([]kez.Identity{id(t, alice)})
		if err != nil {
			t.Fatal(err)
		}
		if r := v.ID(t.Context(), targets[0], verify.Question{Now: now}); r.Code != kez.ClaimRevoked {
			t.Errorf("%q (%s)", r.Code, r.Message)
		}
		time.Sleep(time.Minute) // of the bubble
	})
}
