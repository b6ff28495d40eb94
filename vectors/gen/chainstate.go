package gen

import "strings"

func jsonl(data []byte) input     { return input{"jsonl": data} }
func asJSONL(c chain) input       { return jsonl(c.jsonl()) }
func lines(text ...string) []byte { return []byte(strings.Join(text, "\n") + "\n") }

// ids turns a text of subjects into a list.
func ids(text string) []string { return append([]string{}, strings.Fields(text)...) }

// chainState is the state of a sound chain; what is left out is empty.
type chainState struct {
	active, revoked string // in the order of the deciding operations
	devices         []map[string]string
	partial         bool
	successor       *signer
	encoding        string
}

func (w chainState) of(c chain) state {
	s := state{
		"encoding": "jsonl", "primary": c.s.id, "length": len(c.events), "head": c.head(),
		"active": ids(w.active), "revoked": ids(w.revoked), "devices": []map[string]string{},
		"partial": w.partial, "successor": "",
	}
	if w.devices != nil {
		s["devices"] = w.devices
	}
	if w.successor != nil {
		s["successor"] = w.successor.id
	}
	if w.encoding != "" {
		s["encoding"] = w.encoding
	}
	return s
}

func listed(d *signer, name string) map[string]string {
	return map[string]string{"device": d.id, "name": name}
}

// holds adds a sound chain.
func holds(t *topic, id, title string, c chain, want chainState, o ...option) {
	t.ok(id, title, asJSONL(c), want.of(c), o...)
}

// breaks adds a chain with a fault at a line.
func breaks(t *topic, id, of, fault string, c chain, at int, code string, o ...option) {
	snaps(t, id, of, fault, c.jsonl(), at, code, o...)
}

// snaps adds a text that is no sound chain; at is 0 for a fault of the whole.
func snaps(t *topic, id, of, fault string, text []byte, at int, code string, o ...option) {
	t.bad(id, fault, of, fault, jsonl(text), code, append(o, line(at))...)
}
