package gen

import (
	"fmt"
	"strings"
)

// chain is a sigchain under construction; its methods give a longer one and
// leave the receiver as it is.
type chain struct {
	s      *signer
	events []obj
}

func newChain(s *signer) chain { return chain{s: s} }

// head is the hash of the last event.
func (c chain) head() string { return hashOf(c.events[len(c.events)-1]) }

func hashOf(event obj) string { return "sha256:" + tohex(digest(canonical(event))) }

// next gives the payload of the event that would follow.
func (c chain) next(op string, args obj) obj {
	p := obj{
		{"type", "kez.sigchain.event"}, {"version", 1}, {"primary", c.s.id}, {"seq", len(c.events)},
	}
	if len(c.events) > 0 {
		p = append(p, member{"prev", c.head()})
	}
	return append(p, obj{
		{"created_at", fmt.Sprintf("2026-01-%02dT03:04:05Z", 2+len(c.events)%28)},
		{"op", op}, {"payload", args},
	}...)
}

// with appends a finished envelope.
func (c chain) with(event obj) chain {
	return chain{c.s, append(append([]obj(nil), c.events...), event)}
}

// event appends an operation; the edits change its payload before it is signed.
func (c chain) event(op string, args obj, edits ...edit) chain {
	return c.with(envelope(c.s, "sigchain_event", apply(c.next(op, args), edits)))
}

func (c chain) add(subject string, edits ...edit) chain {
	return c.event("add", obj{{"subject", subject}}, edits...)
}

func (c chain) revoke(subject string, edits ...edit) chain {
	return c.event("revoke", obj{{"subject", subject}}, edits...)
}

// rotateAccept is what the new key signs.
func (c chain) rotateAccept(to *signer) obj {
	return c.bound(obj{
		{"type", "kez.rotate.accept"}, {"version", 1}, {"old_primary", c.s.id}, {"new_primary", to.id},
	})
}

func (c chain) deviceAccept(device *signer) obj {
	return c.bound(obj{
		{"type", "kez.device.accept"}, {"version", 1}, {"primary", c.s.id}, {"device", device.id},
	})
}

func (c chain) bound(accept obj) obj {
	if len(c.events) > 0 {
		accept = append(accept, member{"prev", c.head()})
	}
	return accept
}

func (c chain) rotateArgs(to *signer) obj {
	return obj{{"new_primary", to.id}, {"new_sig", to.sign(canonical(c.rotateAccept(to)))}}
}

func (c chain) deviceArgs(device *signer, name string) obj {
	return obj{{"device", device.id}, {"name", name}, {"device_sig", device.sign(canonical(c.deviceAccept(device)))}}
}

func (c chain) rotate(to *signer) chain { return c.event("rotate", c.rotateArgs(to)) }

func (c chain) device(d *signer, name string) chain {
	return c.event("add_device", c.deviceArgs(d, name))
}

// line gives one line without its newline.
func (c chain) line(i int) string { return canonical(c.events[i]) }

// jsonl is the chain as it is written.
func (c chain) jsonl() []byte {
	var b strings.Builder
	for i := range c.events {
		b.WriteString(c.line(i) + "\n")
	}
	return []byte(b.String())
}

// cut is the chain of the first n events.
func (c chain) cut(n int) chain { return chain{c.s, c.events[:n:n]} }
