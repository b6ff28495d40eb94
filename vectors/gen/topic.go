package gen

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kez.lat/kez/vectors"
)

// now is the clock of every case that does not set its own.
const now = "2026-06-01T00:00:00Z"

// input and state are the members of a case; values are JSON values, or
// []byte for bytes.
type (
	input map[string]any
	state map[string]any
)

// book holds the topics; a case may mutate one of an earlier topic.
type book struct {
	topics []*topic
	cases  map[string]vectors.Case
}

// topic collects the cases of one file.
type topic struct {
	name, about string
	cases       []vectors.Case
	book        *book
	prefix, why string
	tags        []string
	op          string
	blobs       map[string][]byte
}

func (b *book) topic(name, about string) *topic {
	t := &topic{book: b, name: name, about: about, prefix: name, blobs: map[string][]byte{}}
	b.topics = append(b.topics, t)
	return t
}

// group sets what the cases that follow have in common: the operation, the
// rules, and why they are tested.
func (t *topic) group(op, tags, why string) {
	t.op, t.tags, t.why = op, tagList(tags), why
}

// tagList reads "ID-006 CLAIM-002".
func tagList(s string) []string {
	var tags []string
	for _, f := range strings.Fields(s) {
		tags = append(tags, "KEZ-"+f)
	}
	return tags
}

// option changes a case.
type option func(*caseOf)

type caseOf = vectors.Case

func tags(s string) option   { return func(c *vectors.Case) { c.Tags = tagList(s) } }
func why(s string) option    { return func(c *vectors.Case) { c.Why = s } }
func wire(c *vectors.Case)   { c.Wire = true }
func clock(at string) option { return func(c *vectors.Case) { c.Now = moment(at) } }
func line(n int) option      { return func(c *vectors.Case) { c.Expect.Reject.At = n } }
func also(codes ...string) option {
	return func(c *vectors.Case) { c.Expect.Reject.Also = codes }
}
func combines(ids ...string) option { return func(c *vectors.Case) { c.Combines = ids } }

// trace adds a step on the way to the answer.
func trace(name string, b []byte) option {
	return func(c *vectors.Case) {
		if c.Trace == nil {
			c.Trace = map[string]vectors.Bytes{}
		}
		c.Trace[name] = spell(b)
	}
}

func moment(s string) time.Time {
	m, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return m
}

// ok adds an accepting case.
func (t *topic) ok(id, title string, in input, want state, options ...option) string {
	c := t.start(id, title, in)
	c.Expect.Accept = t.members(c.ID, "expect", want)
	return t.add(c, options)
}

// bad adds a rejecting case that differs from an accepting one, named by its
// full id or the rest after the topic, by one fault.
func (t *topic) bad(id, title, of, fault string, in input, code string, options ...option) string {
	c := t.start(id, title, in)
	base, found := t.named(of)
	if !found {
		panic(fmt.Sprintf("gen: %s mutates %s, which is not there", c.ID, of))
	}
	c.Op, c.Now, c.Mutates, c.Mutation = base.Op, base.Now, base.ID, fault
	c.Expect.Reject = &vectors.Reject{Code: code}
	return t.add(c, options)
}

func (t *topic) full(id string) string {
	if strings.HasPrefix(id, t.prefix+"-") {
		return id
	}
	return t.prefix + "-" + id
}

// named finds a case by its id or, in this topic, by the rest of it.
func (t *topic) named(id string) (vectors.Case, bool) {
	c, ok := t.book.cases[t.full(id)]
	if !ok {
		c, ok = t.book.cases[id]
	}
	return c, ok
}

func (t *topic) start(id, title string, in input) vectors.Case {
	c := vectors.Case{
		ID: t.full(id), Title: title, Why: t.why, Tags: t.tags,
		Level: "MUST", Status: vectors.Candidate, Op: t.op, Now: moment(now),
	}
	c.Input = t.members(c.ID, "", in)
	return c
}

func (t *topic) add(c vectors.Case, options []option) string {
	for _, o := range options {
		o(&c)
	}
	if _, twice := t.book.cases[c.ID]; twice {
		panic("gen: two cases " + c.ID)
	}
	t.book.cases[c.ID] = c
	t.cases = append(t.cases, c)
	return c.ID
}

// members turns the values of an input or state into JSON. Long bytes go to a
// file of their own.
func (t *topic) members(id, part string, values map[string]any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for name, v := range values {
		where := strings.Trim(id+"-"+part+"-"+name, "-")
		out[name] = marshal(t.value(strings.ReplaceAll(where, "--", "-"), v))
	}
	return out
}

func (t *topic) value(where string, v any) any {
	switch v := v.(type) {
	case []byte:
		if len(v) > 6000 {
			file := "blobs/" + where + ".gz"
			t.blobs[file] = v
			return vectors.Bytes{File: &file}
		}
		return spell(v)
	case [][]byte:
		all := []any{}
		for i, b := range v {
			all = append(all, t.value(fmt.Sprintf("%s-%d", where, i+1), b))
		}
		return all
	case [][][]byte:
		all := []any{}
		for i, b := range v {
			all = append(all, t.value(fmt.Sprintf("%s-%d", where, i+1), b))
		}
		return all
	}
	return v
}
