// Package claim reads and signs claims: "subject is me", said by a primary key
// or by a device that the primary's chain lists.
//
// A claim that was read is well-formed and rightly signed. Whether it counts
// now is a matter of the clock ([Claim.Expired]) and of the chain (package
// verify).
package claim

import (
	"time"

	"kez.lat/kez/impl/go/envelope"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Type is the value of payload.type.
const Type = "kez.claim"

// MaxAhead is how far created_at may lie ahead of the reader's clock.
const MaxAhead = 24 * time.Hour

// Claim is a claim whose rules and signature hold.
type Claim struct {
	*envelope.Envelope
	Subject   kez.Identity
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
}

// Expired reports whether the claim is over at now; it is from expires_at on.
func (c *Claim) Expired(now time.Time) bool {
	return !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt)
}

// ByDevice reports whether another key than the primary signed.
func (c *Claim) ByDevice() bool { return c.Key != c.Primary }

// Read reads a claim from the JSON of its envelope and verifies it. device
// says whether a key may sign for a primary; nil allows none.
func Read(data []byte, now time.Time, device func(key, primary kez.Identity) bool) (*Claim, error) {
	p := &payload{now: now}
	e, err := envelope.Open(data, p, envelope.Options{Device: device})
	if err != nil {
		return nil, err
	}
	return p.claim(e), nil
}

// New are the contents of a claim to be signed. Times are written as they are
// given, in any form that readers take.
type New struct {
	Subject   kez.Identity
	Primary   kez.Identity // zero: the signer's own
	CreatedAt string
	ExpiresAt string // "": never
}

// Sign makes a claim. now bounds created_at as it does for readers.
func Sign(n New, signer *keys.Private, now time.Time) (*Claim, error) {
	if n.Primary.IsZero() {
		n.Primary = signer.Identity()
	}
	object := []envelope.Pair{
		{Name: "subject", Value: n.Subject.String()},
		{Name: "primary", Value: n.Primary.String()},
		{Name: "created_at", Value: n.CreatedAt},
	}
	if n.ExpiresAt != "" {
		object = append(object, envelope.Pair{Name: "expires_at", Value: n.ExpiresAt})
	}
	p := &payload{now: now}
	anyDevice := func(_, _ kez.Identity) bool { return true }
	e, err := envelope.Sign(object, p, signer, envelope.Options{Device: anyDevice})
	if err != nil {
		return nil, err
	}
	return p.claim(e), nil
}

// payload carries what the rules of a claim read.
type payload struct {
	now                time.Time
	subject            kez.Identity
	createdAt, expires time.Time
}

func (p *payload) claim(e *envelope.Envelope) *Claim {
	return &Claim{Envelope: e, Subject: p.subject, CreatedAt: p.createdAt, ExpiresAt: p.expires}
}

var members = []envelope.Member{
	{Name: "version", Missing: kez.ClaimVersion},
	{Name: "subject", Missing: kez.ClaimSubjectMissing, Type: strictjson.String},
	{Name: "primary", Missing: kez.ClaimPrimaryMissing, Type: strictjson.String},
	{Name: "created_at", Missing: kez.ClaimCreatedAt},
	{Name: "expires_at"},
}

func (p *payload) Schema() (envelope.Kind, string, []envelope.Member) {
	return envelope.Claim, Type, members
}

func (p *payload) Types(strictjson.Value) error { return nil }

func (p *payload) Links(strictjson.Value) error { return nil }

func (p *payload) Identities(v strictjson.Value) (err error) {
	p.subject, err = kez.ParseSigned(v.Member("subject").Text())
	return err
}

func (p *payload) Rules(v strictjson.Value) error {
	if version, ok := v.Member("version").Int(); !ok || version != 1 {
		return kez.Errorf(kez.ClaimVersion, "the claim's version is not the number 1").
			WithHint("a newer version needs a newer reader")
	}
	var ok bool
	if p.createdAt, ok = kez.ParseTime(v.Member("created_at").Text()); !ok {
		return badTime(kez.ClaimCreatedAt, "created_at")
	}
	if p.createdAt.After(p.now.Add(MaxAhead)) {
		return kez.Errorf(kez.ClaimCreatedAtFuture, "created_at lies more than 24 hours ahead of this machine's clock, which says %s", kez.FormatTime(p.now)).
			WithHint("check the clock of this machine and of the one that signed")
	}
	expires := v.Member("expires_at")
	if expires.Kind() == strictjson.None {
		return nil
	}
	if p.expires, ok = kez.ParseTime(expires.Text()); !ok {
		return badTime(kez.ClaimExpiresAt, "expires_at")
	}
	if !p.expires.After(p.createdAt) {
		return kez.Errorf(kez.ClaimExpiresBeforeCreated, "the claim expires before, or when, it was made")
	}
	return nil
}

func badTime(code kez.Code, name string) error {
	return kez.Errorf(code, "%s is no time of the form 2026-01-02T03:04:05Z", name).
		WithHint("RFC 3339 in upper case, year 1970 or later, with Z or an offset; absent where there is none, never null")
}
