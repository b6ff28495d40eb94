package gen

import (
	"maps"
	"strings"
)

// world is the files of a world, which loads the fakes; the suite's PROTOCOL.md
// says how it gets to an implementation.
type world map[string]string

// with gives the world with more or other files.
func (w world) with(more world) world {
	all := maps.Clone(w)
	maps.Copy(all, more)
	return all
}

// in puts a case into a world.
func in(w world) option { return func(c *caseOf) { c.World = w } }

// js writes a JSON file of a world.
func js(v any) string { return string(marshal(v)) + "\n" }

type (
	js1  = map[string]any
	many = []any
)

// fault is a faults.json of the HTTP fakes, with one fault.
func fault(on string, members js1) string {
	one := js1{"on": on}
	maps.Copy(one, members)
	return js(many{one})
}

func about(subject string) input { return input{"identity": subject} }

// channels writes the cases of one subject.
type channels struct {
	t       *topic
	subject string
	token   string // a sound short token of Alice's for the subject
	claim   obj
}

func channel(t *topic, subject string) channels {
	e := claim(alice, subject)
	return channels{t, subject, shortToken(alice, e), e}
}

// ok adds a world in which the proof is found.
func (c channels) ok(id, title, encoding string, w world, rules string, o ...option) {
	c.t.ok(id, title, about(c.subject), c.found(encoding), append([]option{in(w), tags(rules)}, o...)...)
}

// found is the state of the claim found. Hosts and domains are asked for a
// chain too (KEZ-CHAN-075), and what the silence of theirs means is not the
// matter here.
func (c channels) found(encoding string) state {
	s := sound(c.claim, encoding)
	if strings.HasPrefix(c.subject, "dns:") || strings.HasPrefix(c.subject, "web:") {
		maps.DeleteFunc(s, func(name string, _ any) bool { return strings.HasPrefix(name, "chain_") })
	}
	return s
}

// bad adds a world in which it is not.
func (c channels) bad(id, of, fault, code string, w world, rules string, o ...option) {
	c.t.bad(id, fault, of, fault, about(c.subject), code, append([]option{in(w), tags(rules)}, o...)...)
}

// others are what stands in the place of the proof when it is not sound.
type others struct{ cut, forged, foreign string }

func (c channels) others(foreignSubject string) others {
	forged := at("signature", set("sig", flip(c.claim.get("signature", "sig").(string), 9)))(c.claim)
	return others{c.token[:len(c.token)/2], shortToken(alice, forged), shortToken(alice, claim(alice, foreignSubject))}
}

func channelTopic(b *book) {
	t := b.topic("channel", "Proofs looked for in the channels, each case in a world of its own.")
	channelDNS(t)
	channelGitHub(t)
	channelWeb(t)
	channelNostr(t)
	channelBluesky(t)
	channelAP(t)
	channelQuestions(t)
	channelChains(b.topic("sources", "Chains looked for at all sources, each case in a world of its own."))
}

// channelQuestions are about what is asked, not about where.
func channelQuestions(t *topic) {
	t.group("identity.verify", "CHAN-002", "What was found is judged by the same rules as a file.")
	c := channel(t, "dns:alice.example")
	w := world{"_dns/alice.example.zone": "_kez TXT \"" + c.token + "\"\n"}
	ask := func(more input) input {
		q := about(c.subject)
		maps.Copy(q, more)
		return q
	}
	t.ok("primary", "the primary that was asked for", ask(input{"primary": alice.id}), c.found("dns"), in(w), tags("SCAN-013 VERIFY-008"))
	t.bad("primary-other", "another primary was asked for", "primary", "Bob asked for", ask(input{"primary": bob.id}), "channel.not_found", in(w), tags("VERIFY-009 VERIFY-008"))
	listed := newChain(alice).add(c.subject)
	t.ok("chain", "a chain that lists the subject", ask(input{"chains": [][]byte{listed.jsonl()}, "require_chain": true}),
		decided(c.claim, "dns", true, false), in(w), tags("VERIFY-011 VERIFY-019"))
	t.bad("chain-revoked", "a chain that revokes the subject", "chain", "one event more, which revokes it",
		ask(input{"chains": [][]byte{newChain(alice).add(c.subject).revoke(c.subject).jsonl()}, "require_chain": true}), "claim.revoked", in(w), tags("VERIFY-010"))
	t.bad("unknown-system", "a system without a channel", "primary", "a subject of another system", about("unknown:alice"), "channel.unknown_system", in(w), tags("CHAN-002"))
	t.bad("identity-invalid", "an identity that is none", "primary", "a domain with a space", about("dns:alice example"), "identity.invalid", in(w), tags("ID-006"))
	t.ok("typed", "the identity in capitals, with a final dot", about("DNS:Alice.Example."), c.found("dns"), in(w), tags("ID-020 ID-023"))
}
