package sigchain

import (
	"bytes"
	"context"
	"errors"
	"io"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Extension is what lines add to a stored chain.
type Extension struct {
	Entries []Entry // the new events
	Tip     Tip     // of the chain with them
	// Last is the event of the last line, new or known, without its line.
	Last Stored
	// Fork, beside the error sigchain.fork, says which event the line contradicts.
	Fork *Fork
}

// Extend verifies JSON lines against a chain of which a log knows the tip, with
// the codes and their order as if the lines followed the whole chain, and
// without reading that again (KEZ-STORE-018). Lines at the beginning that the
// chain has already, by their hash, are passed over (KEZ-STORE-021). The limits
// of a chain count what is stored too.
func Extend(ctx context.Context, log Log, tip Tip, r io.Reader) (Extension, error) {
	known := &storedChain{ctx: ctx, log: log, tip: tip, size: tip.Bytes}
	v := NewVerifier(&State{Primary: tip.Primary, asked: tip.Primary, Length: tip.Length, Head: tip.Head,
		Successor: tip.Successor, stored: known.hash})
	v.line, v.known = 0, known
	extension := Extension{Tip: tip}
	v.options.Each = func(e Event, line []byte) error {
		entry := Entry{e, bytes.Clone(line)}
		extension.Entries = append(extension.Entries, entry)
		extension.Tip = extension.Tip.After(&entry)
		return ctx.Err()
	}
	err := v.readAll(r)
	if known.err != nil {
		err = known.err // no line is at fault
	}
	if err != nil {
		return Extension{Fork: known.fork, Tip: tip}, err
	}
	extension.Last = known.last
	if n := len(extension.Entries); n > 0 {
		last := &extension.Entries[n-1]
		extension.Last = Stored{Seq: last.Seq, Hash: last.Hash}
	}
	return extension, nil
}

// errKnown tells that a line is an event which the chain has already.
var errKnown = errors.New("the event is stored already")

// hashesPage is how many hashes are asked for at once.
const hashesPage = 1024

// storedChain is the part of a chain that only a log holds.
type storedChain struct {
	ctx  context.Context
	log  Log
	tip  Tip
	size int64 // bytes of the chain with the new lines
	last Stored
	fork *Fork

	from   int // seq of the first of hashes
	hashes []Hash
	err    error // the first of the log's own
}

// errLog stands for the error of a log where the error of a line is expected;
// no line is to blame for it.
var errLog = errors.New("the log failed")

// hash gives the hash of a stored event, or errLog with c.err set.
func (c *storedChain) hash(seq int) (Hash, error) {
	if c.err != nil {
		return Hash{}, errLog
	}
	if seq == c.tip.Length-1 {
		return c.tip.Head, nil
	}
	if seq < c.from || seq >= c.from+len(c.hashes) {
		c.from = seq
		c.hashes, c.err = c.log.Hashes(c.ctx, c.tip.Primary, seq, hashesPage)
		if c.err == nil && len(c.hashes) == 0 {
			c.err = kez.Errorf(kez.HTTPInternal, "the store lacks an event of the chain").
				WithHint("nothing is wrong with the request; try another server")
		}
		if c.err != nil {
			return Hash{}, errLog
		}
	}
	return c.hashes[seq-c.from], nil
}

// has reports whether a line that no new event precedes is one of the chain's
// own. The hash covers the whole envelope, so nothing else has to be looked at.
func (c *storedChain) has(state *State, doc *strictjson.Document) bool {
	seq, ok := doc.Root().Member("payload").Member("seq").Int()
	if !ok || state.Length != c.tip.Length || seq < 0 || seq >= int64(c.tip.Length) {
		return false
	}
	stored, err := c.hash(int(seq))
	if err != nil || stored != sum(doc.Bytes()) {
		return false
	}
	c.last = Stored{Seq: int(seq), Hash: stored}
	return true
}

// take counts a line and refuses one that makes the chain longer than any
// reader takes.
func (c *storedChain) take(doc *strictjson.Document) error {
	if c.size += int64(len(doc.Bytes())) + 1; c.size > kez.MaxChain {
		return tooLarge()
	}
	return nil
}
