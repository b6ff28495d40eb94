// Package verify turns proofs, a chain and a clock into a verdict.
//
// # Phases
//
// A proof is located and fetched by a channel, or given as a file; then it is
// decoded, checked (subject asked for, envelope, signature) and decided (chain,
// clock). Every candidate that was found is listed with its own verdict, and
// one bad candidate never hides a good one.
//
// # Results
//
// A [Result] is what `--json` prints (spec/cli.md). Its code is "" exactly when
// its status is valid.
package verify

import (
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Kinds of results.
const (
	KindClaim    = "claim"
	KindSigchain = "sigchain"
)

// Result is the verdict on a claim or a chain.
type Result struct {
	Status   kez.Status `json:"status"`
	Code     kez.Code   `json:"code"`
	Cause    kez.Code   `json:"cause"` // the inner code, where one is wrapped
	At       int        `json:"at"`    // line of a chain, from 1; 0 for none
	Message  string     `json:"message"`
	Hint     string     `json:"hint"`
	Kind     string     `json:"kind"` // "" when the form could not be told
	Primary  string     `json:"primary"`
	Encoding string     `json:"encoding"`
	Evidence string     `json:"evidence"`

	*ClaimResult
	*ChainResult
}

// ClaimResult is the part of a result that speaks of a claim.
type ClaimResult struct {
	Subject    string      `json:"subject"`
	CreatedAt  string      `json:"created_at"`
	ExpiresAt  string      `json:"expires_at"`
	Candidates []Candidate `json:"candidates"`
	Chain      ChainInfo   `json:"chain"`
	// Places and Notes are what a channel has to add.
	Places []Place  `json:"places,omitempty"`
	Notes  []string `json:"notes,omitempty"`

	chains *Chains // that decided about the proof that was chosen
}

// Candidate is one proof that was found, with its own verdict.
type Candidate struct {
	Status    kez.Status `json:"status"`
	Code      kez.Code   `json:"code"`
	Cause     kez.Code   `json:"cause"`
	Message   string     `json:"message"`
	Hint      string     `json:"hint"`
	Encoding  string     `json:"encoding"`
	Evidence  string     `json:"evidence"`
	Subject   string     `json:"subject"`
	Primary   string     `json:"primary"`
	CreatedAt string     `json:"created_at"`
	ExpiresAt string     `json:"expires_at"`

	chain  ChainInfo
	chains *Chains // that decided
	answer identities

	decoded bool
}

// identities are a candidate's, as compared.
type identities struct{ subject, primary kez.Identity }

// ChainInfo tells what the chain had to say about a claim.
type ChainInfo struct {
	Checked bool     `json:"checked"` // a chain was read, to its end
	Listed  bool     `json:"listed"`  // it mentions the subject
	Partial bool     `json:"partial"` // it holds an operation unknown here
	Sources []Source `json:"sources"`
	Head    string   `json:"head"`   // hash of the last event, "" for none
	Length  int      `json:"length"` // events
	Age     int64    `json:"age"`    // seconds since the last event, 0 for none

	waits bool // for a successor's chain, which did not answer
}

// States of a chain source.
const (
	SourceLongest  = "longest"
	SourceBehind   = "behind"
	SourceFork     = "fork"
	SourceNoAnswer = "no_answer"
)

// Source is one place a chain was looked for.
type Source struct {
	Source string   `json:"source"`
	State  string   `json:"state"`
	Code   kez.Code `json:"code"` // why it did not answer, or sigchain.fork
	Head   string   `json:"head"`
	Length int      `json:"length"`
	// Message says in words why it did not answer.
	Message string `json:"message,omitempty"`
}

// ChainResult is the part of a result that speaks of a chain.
type ChainResult struct {
	Length    int            `json:"length"`
	Head      string         `json:"head"`
	Active    []kez.Identity `json:"active"`
	Revoked   []kez.Identity `json:"revoked"`
	Devices   []Device       `json:"devices"`
	Partial   bool           `json:"partial"`
	Successor string         `json:"successor"`
	Fork      []string       `json:"fork"` // the two hashes of a fork
	LastAt    time.Time      `json:"-"`
}

// Device is a listed device key.
type Device struct {
	Device kez.Identity `json:"device"`
	Name   string       `json:"name"`
}

// fail fills in the verdict of an error; searched says that a channel was.
func (r *Result) fail(err error, searched bool) {
	code, message, hint, at, cause := explain(err)
	status, ok := kez.StatusOf(code, searched)
	if !ok {
		status = kez.Invalid
	}
	r.Status, r.Code, r.Cause, r.At, r.Message, r.Hint = status, code, cause, at, message, hint
}
