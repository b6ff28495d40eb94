package sigchain

import (
	"strings"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Links checks primary, seq and prev against the chain so far.
func (p *payload) Links(v strictjson.Value) error {
	state := p.state
	if !state.Primary.IsZero() && !v.Member("primary").Is(state.Primary.String()) {
		return kez.Errorf(kez.SigchainPrimaryChanged, "the event belongs to another primary than the chain, which is that of %s", state.Primary).
			WithHint("a chain has one primary; another key takes over with a rotate event and a chain of its own")
	}
	seq, ok := v.Member("seq").Int()
	if !ok || seq < 0 {
		return kez.Errorf(kez.SigchainSeq, "seq is not an integer from 0 on")
	}
	switch next := int64(state.Length); {
	case next == 0 && seq != 0:
		return kez.Errorf(kez.SigchainFirstSeq, "the chain starts with seq %d, not 0", seq).
			WithHint("the beginning is missing; fetch the whole chain")
	case seq > next:
		return kez.Errorf(kez.SigchainGap, "seq %d follows %d, so events are missing between", seq, next-1).
			WithHint("fetch the whole chain")
	case seq < next:
		return p.repeated(int(seq))
	}
	p.event.Seq = int(seq)
	return p.checkPrev(v.Member("prev"))
}

// repeated judges an event whose seq the chain has already.
func (p *payload) repeated(seq int) error {
	stored, err := p.state.hash(seq)
	if err != nil {
		return err
	}
	if p.hash() == stored {
		return kez.Errorf(kez.SigchainDuplicateSeq, "the event with seq %d stands here a second time", seq).
			WithHint("remove the repeated line")
	}
	p.event.Seq, p.earlier, p.stored = seq, true, stored
	return kez.Errorf(kez.SigchainOrder, "seq %d follows %d, and it is another event than the one before", seq, p.state.Length-1).
		WithHint("events stand in the order of seq, each once")
}

func (p *payload) checkPrev(prev strictjson.Value) error {
	if p.event.Seq == 0 {
		if prev.Kind() != strictjson.None {
			return kez.Errorf(kez.SigchainPrevOnFirst, "the first event has a prev, and nothing comes before it")
		}
		return nil
	}
	if prev.Kind() == strictjson.None {
		return kez.Errorf(kez.SigchainPrevMissing, "the event has no prev, so nothing ties it to the one before")
	}
	p.prev = prev.Text()
	digits, found := strings.CutPrefix(p.prev, "sha256:")
	if !found || len(digits) != 64 || strings.Trim(digits, "0123456789abcdef") != "" {
		return kez.Errorf(kez.SigchainPrevEncoding, "prev is not \"sha256:\" and 64 lower-case hex digits")
	}
	if want := p.state.Head.String(); p.prev != want {
		return kez.Errorf(kez.SigchainPrevMismatch, "prev does not name the event before, whose hash is %s", want).
			WithHint("prev covers JCS of the whole envelope, signature included; an event was changed, or written for another chain")
	}
	return nil
}

func (p *payload) hash() Hash {
	if !p.hashKnown {
		p.event.Hash, p.hashKnown = sum(p.doc.Bytes()), true
	}
	return p.event.Hash
}
