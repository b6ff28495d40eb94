// Package encoding turns the written forms of envelopes and chains into JSON
// bytes and back; it checks no signature and no rule of a payload.
//
// # Forms
//
// A claim is written as JSON ([FormatJSON]), as a compact token
// ([EncodeCompact]), as a short token ([EncodeShort]), as Markdown
// ([FormatMarkdown]) or as a TXT record ([FormatTXT]); a chain as JSON lines or
// as a bundle ([EncodeBundle]).
//
// # Decoding and scanning
//
// [DecodeToken] reads a text that is meant to be one token and names every
// fault. [ScanMarkdown], [ScanText], [ReadTXT] and [ScanZone] look for proofs in a text
// that may hold other things, and give a [Candidate] for each, with its own
// error. [Detect] says which reading a file wants.
//
// # Bounds
//
// No input makes the package panic, and time and memory are linear in the
// limits below. Libraries see nothing before their input was bounded: zstd gets
// one frame whose headers were walked (KEZ-COMPACT-018), the Markdown parser
// reads blocks only and never nests without end. A text is decoded where its
// proofs are few.
package encoding

// Limits, in bytes; those of envelopes and chains are in package kez.
const (
	// MaxToken bounds the text of a compact or short token.
	MaxToken = 128 << 10
	// MaxBundle bounds the text of a bundle.
	MaxBundle = 24 << 20
	// MaxText bounds a text that is searched for proofs, zone text included.
	MaxText = 1 << 20
	// MaxTXT bounds the joined strings of one TXT record.
	MaxTXT = 4 << 10
)

// Limits, in number.
const (
	// MaxRecords bounds the TXT records at one name.
	MaxRecords = 64
	// MaxCandidates bounds the proofs in one text, which are all decoded and
	// judged (KEZ-SCAN-022).
	MaxCandidates = 64
)

// The names of the forms, as results show them. What stands in a fence or in a
// TXT record has the form of that place (KEZ-CLI-053).
const (
	FormJSON     = "json"
	FormCompact  = "compact"
	FormShort    = "short"
	FormMarkdown = "markdown"
	FormDNS      = "dns"
	FormJSONL    = "jsonl"
	FormBundle   = "bundle"
)

// Candidate is one proof found in a text, or what is wrong with it.
type Candidate struct {
	// Form is FormJSON, FormCompact, FormShort, FormMarkdown or FormDNS, the last
	// two for whatever stood in a fence or in a TXT record; "" where the form is
	// not known.
	Form string
	// JSON is the envelope as it was decoded, not yet read strictly; nil where
	// Err is set.
	JSON []byte
	// Where names the place for people, such as "line 12" or "record 2".
	Where string
	Err   error
}
