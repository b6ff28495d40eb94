// Package channel says how an account's proofs are looked for: the interface of
// the channels, their registry, and the one HTTP client they share.
//
// # How to add a channel
//
// Write a package with a type that has the two methods of [Channel], and put a
// value of it into a [Registry]. Verify looks in the places where only the
// account can write, and reports each as a [Place], looked at or not, and each
// text that could be a proof as a [Candidate]. It judges no signature and no
// subject: package verify does. Package impl/go/examplechannel is a complete
// one with its tests, outside of this tree and by public packages alone, as
// yours will be.
//
// # Looking and not finding
//
// A place that could not be looked at carries a channel.* code that says so,
// and never reads as an empty one (KEZ-CHAN-017).
package channel

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// Channel looks for the proofs of the identities of one system.
type Channel interface {
	// System is the part of an identity before the colon that this channel
	// answers for, in its canonical spelling.
	System() string
	// Verify looks in every place of the identity, within the deadline of ctx.
	Verify(ctx context.Context, id kez.Identity) *Finding
}

// Finding is all that a channel saw.
type Finding struct {
	Places     []Place
	Candidates []Candidate
	// Account is what stands for the account beyond its name, such as a DID;
	// a change means that the name has another owner. "" for none.
	Account string
	// Notes are facts worth telling beside a verdict, such as ignored events.
	Notes []string
}

// Place is one place that was looked at, or why it could not be.
type Place struct {
	URL string
	// Err is nil where the place was looked at, whatever stood there. Codes:
	// channel.unreachable, rate_limited, bad_content, too_large, not_found,
	// account_missing, owner_mismatch.
	Err error
	// Seen says in words what stood there.
	Seen string
}

// Candidate is a text that could be a proof, with the URL it stands at.
type Candidate struct {
	encoding.Candidate
	URL string
}

// Saw records a place that was looked at.
func (f *Finding) Saw(url, seen string) {
	f.Places = append(f.Places, Place{URL: url, Seen: seen})
}

// Failed records a place that could not be looked at, or holds no account.
func (f *Finding) Failed(url string, err error) {
	f.Places = append(f.Places, Place{URL: url, Err: err, Seen: err.Error()})
}

// Add records the candidates of one text. scanErr is the error of the scan:
// that a text holds no proof is no failure.
func (f *Finding) Add(url string, found []encoding.Candidate, scanErr error) {
	switch {
	case scanErr == nil:
	case errors.Is(scanErr, kez.ProofNoProof), errors.Is(scanErr, kez.MarkdownNoFence), errors.Is(scanErr, kez.InputEmpty):
		return
	case errors.Is(scanErr, kez.InputTooLarge), errors.Is(scanErr, kez.DNSTooLarge):
		f.Failed(url, kez.Errorf(kez.ChannelTooLarge, "%s: %w", url, scanErr))
		return
	default:
		found = []encoding.Candidate{{Err: scanErr}}
	}
	for _, c := range found {
		f.Candidates = append(f.Candidates, Candidate{c, url})
	}
}

// Registry holds the channels by system.
type Registry map[string]Channel

// NewRegistry makes a registry of channels; of two for one system the later
// one counts.
func NewRegistry(channels ...Channel) Registry {
	r := Registry{}
	for _, c := range channels {
		r[c.System()] = c
	}
	return r
}

// For gives the channel of an identity, or channel.unknown_system.
func (r Registry) For(id kez.Identity) (Channel, error) {
	if c, found := r[id.Canonical().System()]; found {
		return c, nil
	}
	return nil, kez.Errorf(kez.ChannelUnknownSystem, "no channel answers for %s identities", id.System()).
		WithHint("channels: %s", strings.Join(slices.Sorted(maps.Keys(r)), ", "))
}
