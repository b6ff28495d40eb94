// Package sigchain reads, verifies, replays and extends sigchains: hash-chained
// events by which a primary key says what it claims now and what it withdrew.
//
// # Reading
//
// [Verify] reads JSONL from a stream and checks every line in the order of
// spec/errors.md; errors name their line. Signatures are checked on all cores
// while the lines are read in order. Memory grows by a few hundred bytes an event,
// however long its line is.
//
// # State
//
// A [State] is what the events add up to: per subject the last operation, the
// listed devices, and the successor once the chain is closed by a rotation.
//
// # Logs
//
// A [Log] keeps the chains of many primaries for a server. [Extend] verifies
// what follows a stored chain from its [Tip] alone, with the verdict that reading
// the whole would give, and [AppendTo] stores it.
package sigchain

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"kez.lat/kez/impl/go/envelope"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Type is the value of payload.type.
const Type = "kez.sigchain.event"

// MaxEvents is the largest number of events in a chain; [kez.MaxChain] bounds
// its bytes.
const MaxEvents = 10000

// Op is the operation of an event.
type Op string

// The operations that have an effect; events with others are kept and make the
// chain partial.
const (
	Add       Op = "add"
	Revoke    Op = "revoke"
	Rotate    Op = "rotate"
	AddDevice Op = "add_device"
)

// Known reports whether this implementation knows the effect of the operation.
func (op Op) Known() bool {
	return op == Add || op == Revoke || op == Rotate || op == AddDevice
}

// Hash is SHA-256 over JCS of an event's envelope.
type Hash [32]byte

// String writes the hash as the member prev does.
func (h Hash) String() string { return "sha256:" + hex.EncodeToString(h[:]) }

// Event is one verified event.
type Event struct {
	Seq       int
	Hash      Hash
	CreatedAt time.Time
	Op        Op
	// Target is the identity the operation is about: the subject, the new
	// primary or the device; zero for an unknown operation.
	Target kez.Identity
	// Name is the name of an added device.
	Name string
}

// payload carries what the rules of an event read.
type payload struct {
	state     *State
	doc       *strictjson.Document
	event     Event
	prev      string
	accept    string // new_sig or device_sig
	primary   kez.Identity
	earlier   bool // seq lies below the next one, and it is another event
	stored    Hash // of the event with that seq
	missing   string
	hashKnown bool
}

var members = []envelope.Member{
	{Name: "version", Missing: kez.SigchainVersion},
	{Name: "primary", Missing: kez.ClaimPrimaryMissing, Type: strictjson.String},
	{Name: "seq", Missing: kez.SigchainSeq},
	{Name: "prev"},
	{Name: "created_at", Missing: kez.SigchainCreatedAt},
	{Name: "op", Missing: kez.JSONType, Type: strictjson.String},
	{Name: "payload", Missing: kez.JSONType, Type: strictjson.Object},
}

func (p *payload) Schema() (envelope.Kind, string, []envelope.Member) {
	return envelope.SigchainEvent, Type, members
}

// arguments names the members of payload.payload that an operation needs, the
// identity first. The tables are constant, so a switch gives them.
func (op Op) arguments() []string {
	switch op {
	case Add, Revoke:
		return []string{"subject"}
	case Rotate:
		return []string{"new_primary", "new_sig"}
	case AddDevice:
		return []string{"device", "name", "device_sig"}
	}
	return nil
}

func (p *payload) Types(v strictjson.Value) error {
	p.event.Op = Op(v.Member("op").Text())
	arguments := v.Member("payload")
	for _, name := range p.event.Op.arguments() {
		value := arguments.Member(name)
		if value.Kind() == strictjson.None {
			if p.missing == "" {
				p.missing = name
			}
			continue
		}
		if err := envelope.WantType(value, "payload.payload."+name, strictjson.String); err != nil {
			return err
		}
	}
	return nil
}

func (p *payload) Identities(v strictjson.Value) error {
	names := p.event.Op.arguments()
	if names == nil {
		return nil
	}
	target := v.Member("payload").Member(names[0])
	if target.Kind() == strictjson.None {
		return nil // sigchain.op_arguments, once the signature is known to be right
	}
	var err error
	p.event.Target, err = kez.ParseSigned(target.Text())
	return err
}

func (p *payload) Rules(v strictjson.Value) error {
	if version, ok := v.Member("version").Int(); !ok || version != 1 {
		return kez.Errorf(kez.SigchainVersion, "the event's version is not the number 1").
			WithHint("a newer version needs a newer reader")
	}
	var ok bool
	if p.event.CreatedAt, ok = kez.ParseTime(v.Member("created_at").Text()); !ok {
		return kez.Errorf(kez.SigchainCreatedAt, "created_at is no time of the form 2026-01-02T03:04:05Z").
			WithHint("RFC 3339 in upper case, year 1970 or later, with Z or an offset")
	}
	arguments := v.Member("payload")
	switch p.event.Op {
	case Rotate:
		p.accept = arguments.Member("new_sig").Text()
	case AddDevice:
		p.event.Name = arguments.Member("name").Text()
		p.accept = arguments.Member("device_sig").Text()
	}
	return nil
}

// afterSignature gives what is judged once the event's own signature holds.
func (p *payload) afterSignature() error {
	if p.state.Closed() {
		return kez.Errorf(kez.SigchainClosed, "an event follows the rotation that closed the chain").
			WithHint("further events belong into the chain of the successor %s", p.state.Successor)
	}
	return p.checkArguments()
}

// checkArguments gives sigchain.op_arguments.
func (p *payload) checkArguments() error {
	op := p.event.Op
	bad := func(format string, args ...any) error {
		return kez.Errorf(kez.SigchainOpArguments, "the "+string(op)+" event "+format, args...).
			WithHint("the primary signed an event that no reader can apply; the chain ends here")
	}
	target := p.event.Target
	switch {
	case p.missing != "":
		return bad("lacks the argument %s", p.missing)
	case op == Rotate && !target.IsKey():
		return bad("names a new primary that is no key")
	case op == AddDevice && target.System() != kez.SystemEd25519:
		return bad("names a device that is no ed25519 key")
	case (op == Rotate || op == AddDevice) && target == p.primary:
		return bad("names the primary itself")
	case op == AddDevice && !validName(p.event.Name):
		return bad("has a device name that is not 1 to 64 characters long")
	}
	if op != Rotate && op != AddDevice {
		return nil
	}
	var sig [64]byte
	if len(p.accept) != 128 || strings.ContainsAny(p.accept, "ABCDEF") {
		return bad("carries an acceptance that is not 128 lower-case hex digits")
	}
	if _, err := hex.Decode(sig[:], []byte(p.accept)); err != nil {
		return bad("carries an acceptance that is not 128 lower-case hex digits")
	}
	if !envelope.VerifyObject(acceptance(op, p.primary, target, p.prev), target, sig) {
		return bad("is not accepted by the key it names: the acceptance signature does not verify")
	}
	return nil
}

func validName(name string) bool {
	n := utf8.RuneCountInString(name)
	return 1 <= n && n <= 64
}

// acceptance is the object that a new primary or a device signs to show that it
// agrees. prev ties it to one place in one chain; it is absent at seq 0.
func acceptance(op Op, primary, target kez.Identity, prev string) []envelope.Pair {
	kind, old, named := "kez.rotate.accept", "old_primary", "new_primary"
	if op == AddDevice {
		kind, old, named = "kez.device.accept", "primary", "device"
	}
	object := []envelope.Pair{
		{Name: "type", Value: kind},
		{Name: "version", Value: int64(1)},
		{Name: old, Value: primary.String()},
		{Name: named, Value: target.String()},
	}
	if prev != "" {
		object = append(object, envelope.Pair{Name: "prev", Value: prev})
	}
	return object
}
