package relay

import (
	"time"

	"kez.lat/kez/impl/go/envelope"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// RegistrationType is the value of payload.type.
const RegistrationType = "kez.chat.handle_registration"

// MaxAge is how far created_at of a registration may lie from the relay's clock
// when it is posted, on either side (KEZ-RELAY-018).
const MaxAge = 5 * time.Minute

// Registration is a signed request of a primary for a handle, its rules and its
// signature checked.
type Registration struct {
	Handle    string
	Server    string
	Primary   kez.Identity
	CreatedAt time.Time
	// Text is the canonical envelope.
	Text []byte
}

// ReadRegistration reads a registration as a client does: whatever its age
// (KEZ-RELAY-026). server, if not "", is the relay whose handle it must be.
func ReadRegistration(data []byte, server string) (*Registration, error) {
	return read(data, &payload{wantServer: server})
}

// ReadFresh reads a registration as the relay does to which it is posted.
func ReadFresh(data []byte, server string, now time.Time) (*Registration, error) {
	return read(data, &payload{wantServer: server, now: now})
}

func read(data []byte, p *payload) (*Registration, error) {
	e, err := envelope.Open(data, p, envelope.Options{System: kez.SystemEd25519})
	if err != nil {
		return nil, err
	}
	return p.registration(e), nil
}

// SignRegistration asks for a handle with the primary's key.
func SignRegistration(handle, server string, signer *keys.Private, at time.Time) (*Registration, error) {
	p := &payload{wantServer: server}
	e, err := envelope.Sign([]envelope.Pair{
		{Name: "handle", Value: handle},
		{Name: "server", Value: server},
		{Name: "primary", Value: signer.Identity().String()},
		{Name: "created_at", Value: kez.FormatTime(at)},
	}, p, signer, envelope.Options{System: kez.SystemEd25519})
	if err != nil {
		return nil, err
	}
	return p.registration(e), nil
}

// payload carries what the rules of a registration read (decision D18).
type payload struct {
	wantServer     string
	now            time.Time // zero: the age is not judged
	handle, server string
	createdAt      time.Time
}

func (p *payload) registration(e *envelope.Envelope) *Registration {
	return &Registration{p.handle, p.server, e.Primary, p.createdAt, e.Bytes()}
}

var members = []envelope.Member{
	{Name: "version", Missing: kez.ClaimVersion},
	{Name: "handle", Missing: kez.HandleInvalid, Type: strictjson.String},
	{Name: "server", Missing: kez.HandleWrongServer, Type: strictjson.String},
	{Name: "primary", Missing: kez.ClaimPrimaryMissing, Type: strictjson.String},
	{Name: "created_at", Missing: kez.ClaimCreatedAt},
}

func (p *payload) Schema() (envelope.Kind, string, []envelope.Member) {
	return envelope.HandleRegistration, RegistrationType, members
}

func (p *payload) Types(strictjson.Value) error      { return nil }
func (p *payload) Links(strictjson.Value) error      { return nil }
func (p *payload) Identities(strictjson.Value) error { return nil }

// Rules are judged in the order of KEZ-RELAY-016.
func (p *payload) Rules(v strictjson.Value) error {
	if version, ok := v.Member("version").Int(); !ok || version != 1 {
		return kez.Errorf(kez.ClaimVersion, "the registration's version is not the number 1").
			WithHint("a newer version needs a newer reader")
	}
	var ok bool
	if p.createdAt, ok = kez.ParseTime(v.Member("created_at").Text()); !ok {
		return kez.Errorf(kez.ClaimCreatedAt, "created_at is no time of the form 2026-01-02T03:04:05Z").
			WithHint("RFC 3339 in upper case, with Z or an offset")
	}
	p.handle, p.server = v.Member("handle").Text(), v.Member("server").Text()
	if err := CheckHandle(p.handle); err != nil {
		return err
	}
	if p.wantServer != "" && p.server != p.wantServer {
		return kez.Errorf(kez.HandleWrongServer, "the registration is for the relay %s, and this is %s", kez.Quote(p.server), p.wantServer).
			WithHint("sign it for the name of this relay, which healthz tells")
	}
	if age := p.now.Sub(p.createdAt); !p.now.IsZero() && (age > MaxAge || age < -MaxAge) {
		return kez.Errorf(kez.HandleStale, "the registration was signed more than 5 minutes from the relay's time, %s", kez.FormatTime(p.now)).
			WithHint("set the clock of this machine, and register again")
	}
	return nil
}
