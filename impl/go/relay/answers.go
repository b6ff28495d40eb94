package relay

import (
	"encoding/json"
)

// Limits of requests and answers.
const (
	MaxMessage    = 256 << 10 // bytes of one envelope as received
	MaxProofs     = 64        // entries
	MaxProofsSize = 64 << 10  // bytes of the body that sets them
	DefaultLimit  = 100       // messages of one poll (decision D19)
	MaxLimit      = 500
)

// Lookup is what a relay says of a handle or a primary (KEZ-RELAY-024). All of
// it but Registration is a hint.
type Lookup struct {
	Handle       string            `json:"handle"`
	Server       string            `json:"server"`
	Primary      string            `json:"primary"`
	RegisteredAt string            `json:"registered_at"`
	SigchainURL  string            `json:"sigchain_url"`
	Proofs       []json.RawMessage `json:"proofs"`
	Registration json.RawMessage   `json:"registration"`
}

// Row is one stored message, its envelope byte for byte as it was sent.
type Row struct {
	Seq       int64           `json:"seq"`
	Envelope  json.RawMessage `json:"envelope"`
	CreatedAt string          `json:"created_at"`
}

// Page answers a poll (KEZ-RELAY-057).
type Page struct {
	Messages []Row  `json:"messages"`
	Next     int64  `json:"next"`
	Epoch    string `json:"epoch"`
}

// Sent answers a send.
type Sent struct {
	Seq       int64  `json:"seq"`
	CreatedAt string `json:"created_at"`
}

// Health answers healthz.
type Health struct {
	Server string `json:"server"`
	Epoch  string `json:"epoch"`
	Status string `json:"status"`
}

// Values of accept in a policy.
const (
	AcceptAnyone     = "anyone"
	AcceptRegistered = "registered"
	AcceptContacts   = "contacts"
)

// Policy says who may send to a handle (KEZ-RELAY-053).
type Policy struct {
	Accept   string   `json:"accept"`
	Contacts []string `json:"contacts"`
}

// Blocks is the whole list of primaries that may not send (KEZ-RELAY-054).
type Blocks struct {
	Primaries []string `json:"primaries"`
}
