package sigchain

import (
	"context"

	"kez.lat/kez/impl/go/kez"
)

// Tip is all that has to be known of a verified chain to verify what follows.
// The zero Tip with a primary is the empty chain.
type Tip struct {
	Primary   kez.Identity
	Length    int
	Head      Hash
	Bytes     int64        // of its canonical lines, newlines included
	Successor kez.Identity // set once a rotation closed it
}

// After gives the tip of the chain with one more event.
func (t Tip) After(e *Entry) Tip {
	t.Length, t.Head, t.Bytes = e.Seq+1, e.Hash, t.Bytes+int64(len(e.Line))+1
	if e.Op == Rotate {
		t.Successor = e.Target.Canonical()
	}
	return t
}

// Entry is a verified event with its canonical line, without the newline.
type Entry struct {
	Event
	Line []byte
}

// Stored is an event as a log keeps it.
type Stored struct {
	Seq  int
	Hash Hash
	Line []byte
}

// Arrival is one stored event in the order of arrival, counted from 1.
type Arrival struct {
	N    int64
	Line []byte
}

// Log keeps the verified chains of many primaries. What it says it has stored
// is on durable storage. Its errors are http.storage_full, http.unavailable and
// http.internal, which tell nothing about the machine (KEZ-STORE-038), or the
// context's.
type Log interface {
	// Tip gives the end of a chain, of Length 0 where there is none.
	Tip(ctx context.Context, primary kez.Identity) (Tip, error)
	// At gives a stored event of a chain; false where there is none.
	At(ctx context.Context, primary kez.Identity, seq int) (Stored, bool, error)
	// Hashes gives the hashes of a chain from a seq on, at most limit of them.
	Hashes(ctx context.Context, primary kez.Identity, since, limit int) ([]Hash, error)
	// Append stores entries that were verified to follow tip, all or none. It
	// reports false, and stores nothing, where the chain no longer ends there.
	Append(ctx context.Context, tip Tip, entries []Entry) (bool, error)
	// Lines hands on the lines of the chain that ends with tip, from a seq on, in
	// order, and holds no transaction while each runs. The line is each's to keep.
	Lines(ctx context.Context, tip Tip, since int, each func(line []byte) error) error
	// BySubject lists primaries whose chains have a subject active, the earliest
	// add first. after is a cursor, "" for the start; next is "" at the end. Any
	// other text than a cursor is http.bad_request.
	BySubject(ctx context.Context, subject kez.Identity, after string, limit int) (primaries []kez.Identity, next string, err error)
	// Arrivals hands on all events after number n, in the order of arrival.
	Arrivals(ctx context.Context, after int64, each func(Arrival) error) error
	// Check tells whether the log is known to be damaged; nil is well.
	Check(ctx context.Context) error
}
