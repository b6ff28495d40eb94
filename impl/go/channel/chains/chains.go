// Package chains gives the chain of a primary from every place where chains are
// published: stores, the subject's own web site or domain, nostr relays
// (KEZ-CHAN-073 to 080).
//
// # Answers
//
// Each source is asked by itself, and what it serves is verified before it is an
// answer. A source that has nothing answers with the empty chain; one that could
// not be asked, or serves a faulty chain, does not answer, and its error has the
// code to list it with. Comparing the answers is left to package verify.
package chains

import (
	"bytes"
	"context"
	"strings"

	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/nostr"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/store"
)

// Sources are where a user's program looks for chains.
type Sources struct {
	Stores []*store.Client
	Web    web.Channel
	DNS    dns.Channel
	Nostr  nostr.Channel // without relays it is not asked
}

// Source is one place for the chain of one primary.
type Source struct {
	// Name is the URL asked, as results show it.
	Name string
	// Service is what several sources have in common: the store, the relays. Who
	// asks for many chains asks each service for a few at a time.
	Service string
	// OfSubject says that whoever holds the subject also holds this place, which
	// need not have a chain: that it has none tells nothing (KEZ-VERIFY-040).
	OfSubject bool
	// Get fetches and verifies the chain.
	Get func(ctx context.Context) (*store.Chain, error)
}

// For lists the sources for a primary, in the order in which they are shown. The
// host or domain of a subject is one where the subject has one; the zero identity
// has none.
func (s *Sources) For(primary kez.Identity, subjects ...kez.Identity) []Source {
	var list []Source
	for _, c := range s.Stores {
		list = append(list, Source{Name: c.URL(primary), Service: c.Base(), Get: func(ctx context.Context) (*store.Chain, error) {
			return c.Fetch(ctx, primary)
		}})
	}
	if primary.System() == kez.SystemNostr && len(s.Nostr.Relays) > 0 {
		list = append(list, Source{Name: strings.Join(s.Nostr.Relays, ","), Service: "nostr", Get: func(ctx context.Context) (*store.Chain, error) {
			return s.onRelays(ctx, primary)
		}})
	}
	for _, subject := range subjects {
		switch host := subject.Value(); subject.System() {
		case s.Web.System():
			list = append(list, Source{Name: web.ChainURL(host), Service: host, OfSubject: true, Get: func(ctx context.Context) (*store.Chain, error) {
				return read(s.Web.Chain(ctx, host))(primary)
			}})
		case s.DNS.System():
			list = append(list, Source{Name: "dns:" + dns.ChainName(host), Service: "dns", OfSubject: true, Get: func(ctx context.Context) (*store.Chain, error) {
				return s.inDomain(ctx, host, primary)
			}})
		}
	}
	return list
}

// read verifies what a source served.
func read(lines []byte, err error) func(primary kez.Identity) (*store.Chain, error) {
	return func(primary kez.Identity) (*store.Chain, error) {
		if err != nil {
			return nil, err
		}
		return store.ReadChain(bytes.NewReader(lines), primary)
	}
}

func (s *Sources) onRelays(ctx context.Context, primary kez.Identity) (*store.Chain, error) {
	published, err := s.Nostr.Chain(ctx, primary)
	if err != nil || published == nil {
		return read(nil, err)(primary)
	}
	return Bundle(published.Content, primary)
}

func (s *Sources) inDomain(ctx context.Context, domain string, primary kez.Identity) (*store.Chain, error) {
	record, err := s.DNS.Chain(ctx, domain)
	switch {
	case err != nil || record == "":
		return read(nil, err)(primary)
	case strings.HasPrefix(strings.ToLower(record), "http"):
		return read(s.Web.ChainAt(ctx, record))(primary)
	}
	return Bundle(record, primary)
}

// Bundle verifies a chain that stands as one token. Nothing but white space is
// the empty chain, and a token of another kind none of a chain.
func Bundle(text string, primary kez.Identity) (*store.Chain, error) {
	text = strings.Trim(text, kez.JSONSpace)
	if text == "" {
		return read(nil, nil)(primary)
	}
	token, err := encoding.DecodeToken([]byte(text))
	if err != nil {
		return nil, err
	}
	if token.Form != encoding.FormBundle {
		return nil, kez.Errorf(kez.EnvelopeTypeMismatch, "this is a claim, and the bundle of a chain belongs here")
	}
	return read(token.JSON, nil)(primary)
}
