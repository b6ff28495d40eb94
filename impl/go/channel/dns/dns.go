// Package dns looks for the proof of a domain in the TXT records at
// _kez.DOMAIN (KEZ-CHAN-039 to 046).
//
// # Resolvers
//
// A [Resolver] gives the TXT records of a name. [Wire] asks a server over UDP
// and TCP, [HTTPS] over DoH (RFC 8484), and [System] whatever the machine uses.
package dns

import (
	"context"
	"fmt"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// Answer is what a resolver says of a name. No records and no error mean that
// the name has none.
type Answer struct {
	Records       [][]string // raw bytes of the strings of each record
	Path          []string   // names that CNAMEs led through, the last one holding the records
	NoName        bool       // NXDOMAIN, as against a name without TXT
	Authenticated bool       // the resolver set AD: it validated with DNSSEC
	Ignored       int        // answers with a wrong id, question or sender
	Server        string
}

// Resolver looks TXT records up. Its errors are channel.unreachable or
// channel.rate_limited.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) (*Answer, error)
}

// Channel answers for dns identities.
type Channel struct{ Resolver Resolver }

// System is "dns".
func (Channel) System() string { return "dns" }

// Verify asks for the TXT records of a domain.
func (c Channel) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	name := "_kez." + id.Value()
	at := "dns:" + name
	ctx, cancel := context.WithTimeout(ctx, channel.Deadline)
	defer cancel()
	answer, err := c.Resolver.LookupTXT(ctx, name)
	if err != nil {
		f.Failed(at, err)
		return f
	}
	notes(f, answer)
	if len(answer.Records) == 0 {
		why := "%s exists and has no TXT record"
		if answer.NoName {
			why = "there is no TXT record at %s, nor anything else"
		}
		f.Failed(at, kez.Errorf(kez.ChannelNotFound, why, name).
			WithHint("the owner adds one: kez claim dns %s; new records can take an hour to show", id.Value()))
		return f
	}
	f.Saw(at, fmt.Sprintf("%d TXT record(s)", len(answer.Records)))
	found, err := encoding.ReadTXT(answer.Records)
	f.Add(at, found, err)
	return f
}

func notes(f *channel.Finding, a *Answer) {
	if len(a.Path) > 0 {
		f.Notes = append(f.Notes, "CNAME leads to "+strings.Join(a.Path, ", then "))
	}
	if a.Ignored > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d answer(s) with a wrong id, question or sender were ignored", a.Ignored))
	}
	if a.Authenticated {
		f.Notes = append(f.Notes, "the resolver validated the answer with DNSSEC")
	}
}
