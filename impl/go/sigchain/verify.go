package sigchain

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"

	"kez.lat/kez/impl/go/envelope"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// batchLines is how many lines are read ahead of their signatures. It bounds
// the memory and keeps every core busy.
const batchLines = 128

// Options of a verification.
type Options struct {
	// Primary, if set, is whose chain was asked for; another's is
	// sigchain.primary_changed.
	Primary kez.Identity
	// Each, if set, is called in order for every event once it is verified,
	// with its canonical line without the newline, valid during the call.
	Each func(e Event, line []byte) error
}

// Verify reads a chain as JSONL and verifies all of it. Of a forked chain it
// gives the state of the shared prefix beside the error sigchain.fork; with any
// other error the state is nil.
func Verify(r io.Reader, options Options) (*State, error) {
	v := NewVerifier(NewState(options.Primary))
	v.options = options
	err := v.readAll(r)
	if errors.Is(err, kez.SigchainFork) {
		return v.state, err
	}
	if err != nil {
		return nil, err
	}
	return v.state, nil
}

// VerifyBytes is Verify on a chain in memory.
func VerifyBytes(data []byte) (*State, error) { return Verify(bytes.NewReader(data), Options{}) }

// Verifier appends events to a chain one after the other.
type Verifier struct {
	state    *State
	options  Options
	verifier *keys.Verifier
	line     int
	known    *storedChain // what the chain is an end of, where it is one
}

// slot is one line under way.
type slot struct {
	text    []byte
	doc     *strictjson.Document
	env     *envelope.Envelope
	event   Event
	after   error // judged after the signature: closed, or bad arguments
	invalid bool
}

// NewVerifier continues a verified chain; nil is the empty one. The state is
// changed by appending.
func NewVerifier(state *State) *Verifier {
	if state == nil {
		state = &State{}
	}
	return &Verifier{state: state, line: state.Length}
}

// State gives the chain so far.
func (v *Verifier) State() *State { return v.state }

// Append verifies one event and adds it; on an error the chain is as before,
// except that a fork leaves the shared prefix.
func (v *Verifier) Append(line []byte) error {
	v.line++
	one := &batch{slots: []slot{{text: line}}, first: v.line}
	before := v.state.Length
	err := v.check(&one.slots[0], kez.MaxEnvelope)
	if err == nil {
		v.start(one)
		err = v.finish(one)
	}
	if err != nil {
		v.line--
		if v.state.Length > before { // check added it before its signature failed
			*v.state = *v.state.Prefix(before)
		}
	}
	return v.takeFork(err)
}

// takeFork cuts the state back to the shared prefix, evidence kept, where err
// is a fork.
func (v *Verifier) takeFork(err error) error {
	found, ok := errors.AsType[*forkError](err)
	if !ok {
		return err
	}
	if v.known != nil { // the prefix is stored, and nothing of it is held here
		v.known.fork = found.fork
		return found.error
	}
	*v.state = *v.state.forkAt(found.fork)
	return found.error
}

// check reads one line, judges everything but its signature, and adds it to
// the state so that the next line can be read.
func (v *Verifier) check(s *slot, limit int) error {
	grow := v.state.mayGrow()
	if grow != nil && v.known == nil {
		return v.at(grow)
	}
	doc, err := strictjson.ReadCanonicalInto(s.doc, s.text, limit)
	if errors.Is(err, kez.InputTooLarge) && limit < kez.MaxEnvelope {
		err = tooLarge()
	}
	switch {
	case err == nil && v.known != nil && v.known.has(v.state, doc):
		s.doc = doc
		return errKnown
	case grow != nil:
		return v.at(grow)
	case err != nil:
		return v.at(err)
	}
	s.doc = doc
	if v.known != nil {
		if err := v.known.take(doc); err != nil {
			return v.at(err)
		}
	}
	p := &payload{state: v.state, doc: doc}
	s.env, err = envelope.Read(doc, p, envelope.Options{Known: v.state.Primary})
	if err != nil {
		if p.earlier && v.forks(s.text, p) {
			return v.forked(p)
		}
		return v.at(err)
	}
	p.primary = s.env.Primary
	p.hash()
	s.event, s.invalid = p.event, false
	if s.after = p.afterSignature(); s.after == nil {
		v.state.apply(s.env.Primary, s.event)
	}
	return nil
}

// forks reports whether an event below the next seq passes every check against
// the prefix it names.
func (v *Verifier) forks(text []byte, p *payload) bool {
	prefix, err := v.state.end(p.event.Seq)
	if err != nil {
		return false
	}
	other := NewVerifier(prefix)
	one := &batch{slots: []slot{{text: text}}, first: 1}
	if other.check(&one.slots[0], kez.MaxEnvelope) != nil {
		return false
	}
	other.start(one)
	return other.finish(one) == nil
}

func (v *Verifier) forked(p *payload) error {
	seq := p.event.Seq
	fork := &Fork{Seq: seq, Hashes: [2]Hash{p.stored, p.hash()}}
	return &forkError{fork, v.at(kez.Errorf(kez.SigchainFork,
		"the chain forks: the primary signed two different events with seq %d, %s and %s", seq, fork.Hashes[0], fork.Hashes[1]).
		WithHint("trust nothing after the shared prefix; only the owner can explain, and a new primary is the way out"))}
}

// forkError carries the evidence until earlier signatures are known to hold.
type forkError struct {
	fork *Fork
	error
}

func (e *forkError) Unwrap() error { return e.error }

// batch is the lines whose signatures are verified together.
type batch struct {
	slots []slot
	first int // line number of the first slot
	group sync.WaitGroup
}

// start verifies the signatures of a batch, on all cores where there are many;
// finish waits for them. On one core it is done at once.
func (v *Verifier) start(b *batch) {
	if len(b.slots) == 0 {
		return
	}
	if v.verifier == nil {
		v.verifier = keys.NewVerifier(b.slots[0].env.Primary)
	}
	slots, workers := b.slots, min(runtime.GOMAXPROCS(0), (len(b.slots)+3)/4)
	for w := range workers {
		work := func() {
			for i := w; i < len(slots); i += workers {
				s := &slots[i]
				s.invalid = !v.verifier.Verify(s.env.SignedBytes(), &s.env.Signature)
			}
		}
		if workers == 1 {
			work()
		} else {
			b.group.Go(work)
		}
	}
}

// finish gives the first error of a batch in the order of its lines.
func (v *Verifier) finish(b *batch) error {
	b.group.Wait()
	for i := range b.slots {
		s := &b.slots[i]
		switch {
		case s.invalid:
			return envelope.InvalidSignature().AtLine(b.first + i)
		case s.after != nil:
			return atLine(s.after, b.first+i)
		case v.options.Each != nil:
			if err := v.options.Each(s.event, s.doc.Bytes()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *Verifier) at(err error) error { return atLine(err, v.line) }

func atLine(err error, line int) error {
	if e, ok := errors.AsType[*kez.Error](err); ok {
		return e.AtLine(line)
	}
	return err
}
