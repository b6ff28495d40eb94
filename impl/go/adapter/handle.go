package adapter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Handler answers one request.
type Handler func(Request) Answer

// Request is one operation to do.
type Request struct {
	Op        string
	Now       time.Time
	Input     Input
	Endpoints map[string]string // variable → value, for operations that fetch
}

// Answer has exactly one of its last four members set.
type Answer struct {
	Seq         int     `json:"seq"`
	Accept      State   `json:"accept,omitzero"`
	Reject      *Reject `json:"reject,omitempty"`
	Unsupported bool    `json:"unsupported,omitempty"`
	Fault       string  `json:"fault,omitempty"`
}

// State is what an accepted request gives.
type State map[string]any

// Reject is a refusal.
type Reject struct {
	Code    kez.Code `json:"code"`
	At      int      `json:"at,omitempty"`
	Message string   `json:"message,omitempty"`
}

// Faultf is the answer where the adapter itself cannot go on.
func Faultf(format string, args ...any) Answer {
	return Answer{Fault: fmt.Sprintf(format, args...)}
}

// Refuse is the answer for an error. One without a code is a fault of this
// program, since every refusal has one (KEZ-ERR-001).
func Refuse(err error) Answer {
	if e, ok := errors.AsType[*kez.Error](err); ok {
		return Answer{Reject: &Reject{Code: e.Code, At: e.At, Message: e.Message}}
	}
	return Faultf("%v", err)
}

// operation does one request. An *inputError is a fault, every other error a
// refusal.
type operation func(Request) (State, error)

var operations = map[string]operation{
	"identity.parse":         parseIdentity,
	"identity.verify":        verifyIdentity,
	"json.canonicalize":      canonicalize,
	"claim.verify":           verifyClaim,
	"claim.encode":           encodeClaim,
	"claim.sign":             signClaim,
	"txt.read":               readTXT,
	"text.scan":              scanText,
	"sigchain.verify":        verifyChain,
	"sigchain.bundle.decode": decodeBundle,
	"sigchain.sign":          signEvent,
	"key.phrase":             readPhrase,
	"key.nsec":               readNsec,
	"ed25519.verify":         verifyEd25519,
	"bip340.verify":          verifyBIP340,
	"bip340.pubkey":          pubkeyBIP340,
	"message.seal":           sealMessage,
	"message.open":           openMessage,
}

// Ops lists the operations, which is what hello declares.
func Ops() []string { return slices.Sorted(maps.Keys(operations)) }

// Handle answers one request with the Go implementation. A panic is a fault of
// that request.
func Handle(r Request) (answer Answer) {
	defer func() {
		if p := recover(); p != nil {
			answer = Faultf("panic: %v", p)
		}
	}()
	do, known := operations[r.Op]
	if !known {
		return Answer{Unsupported: true}
	}
	state, err := do(r)
	if bad, ok := errors.AsType[*inputError](err); ok {
		return Faultf("%v", bad)
	}
	if err != nil {
		return Refuse(err)
	}
	return Answer{Accept: state}
}
