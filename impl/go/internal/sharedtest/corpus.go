package sharedtest

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Case is one case of a corpus.
type Case struct {
	ID     string
	Op     string
	In     json.RawMessage
	Expect json.RawMessage
	Tags   []string
	Note   string
	dir    string
}

// Corpus reads all cases of a corpus, such as "bip340".
func Corpus(t testing.TB, name string) []Case {
	t.Helper()
	dir := filepath.Join(Dir(t), "corpora", name)
	cases := readLines[Case](t, filepath.Join(dir, "cases.jsonl"))
	for i := range cases {
		cases[i].dir = dir
	}
	count(t, "corpus "+name, len(cases))
	return cases
}

// Path gives a file of a corpus that is no list of cases.
func Path(t testing.TB, corpus, name string) string {
	t.Helper()
	path := filepath.Join(Dir(t), "corpora", corpus, name)
	if _, err := os.Stat(path); err != nil {
		missing(t, err.Error())
	}
	return path
}

// HasTag reports whether the case carries a tag.
func (c Case) HasTag(tag string) bool { return slices.Contains(c.Tags, tag) }

// Input decodes the case's input into a struct.
func (c Case) Input(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(c.In, into); err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
}

// Want decodes the case's expectation into a struct.
func (c Case) Want(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(c.Expect, into); err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
}

// Blob gives the bytes of an input member: name holds hex, or where the input
// has a member `blob` instead, that names a file beside the corpus.
func (c Case) Blob(t testing.TB, name string) []byte {
	t.Helper()
	members := map[string]json.RawMessage{}
	c.Input(t, &members)
	var text, file string
	if raw, found := members[name]; found {
		if err := json.Unmarshal(raw, &text); err != nil {
			t.Fatalf("%s: %s: %v", c.ID, name, err)
		}
		return Hex(t, text)
	}
	if err := json.Unmarshal(members["blob"], &file); err != nil {
		t.Fatalf("%s: no member %s and no blob: %v", c.ID, name, err)
	}
	data, err := os.ReadFile(filepath.Join(c.dir, filepath.Base(file)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Hex decodes hex of the data, which is always well formed.
func Hex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatalf("hex of the test data: %v", err)
	}
	return data
}
