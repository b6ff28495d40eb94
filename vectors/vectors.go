// Package vectors holds the golden data of KEZ: cases that say what a
// conforming program answers, one JSON file a topic.
//
// # Authority
//
// The specification rules, the vectors make it testable. Every case names the
// rules it tests, and every rejecting case names the accepting one from which
// it differs by one fault.
//
// # Use
//
// README.md fixes the operations and the meaning of every member. Nobody
// copies the files; an implementation in another language reads this folder.
package vectors

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

//go:embed *.json *.txt SHA256SUMS README.md schema blobs
var files embed.FS

// FS gives all files of the folder, for a tool that wants one by its name.
func FS() fs.FS { return files }

// Status of a case.
const (
	Candidate = "candidate" // no two independent implementations agree yet
	Stable    = "stable"
	Disputed  = "disputed" // never quietly edited
)

// Topic is one file of cases.
type Topic struct {
	Schema string `json:"$schema"`
	Topic  string `json:"topic"`
	About  string `json:"about"`
	Cases  []Case `json:"cases"`
}

// Case is one question with the only right answer.
type Case struct {
	ID       string                     `json:"id"` // permanent
	Title    string                     `json:"title"`
	Why      string                     `json:"why"`
	Tags     []string                   `json:"tags"`  // of the specification, the rule tested first
	Level    string                     `json:"level"` // MUST or SHOULD
	Status   string                     `json:"status"`
	Wire     bool                       `json:"wire,omitempty"` // fixed by what older builds put on the wire
	Op       string                     `json:"op"`
	Now      time.Time                  `json:"now"`
	Input    map[string]json.RawMessage `json:"input"`
	World    map[string]string          `json:"world,omitempty"` // files that load the servers of the case
	Trace    map[string]Bytes           `json:"trace,omitempty"` // steps on the way, for whoever debugs
	Mutates  string                     `json:"mutates,omitempty"`
	Mutation string                     `json:"mutation,omitempty"`
	Combines []string                   `json:"combines,omitempty"` // the single faults of a case about which comes first
	Expect   Expect                     `json:"expect"`
}

// Expect holds exactly one of its two members.
type Expect struct {
	Accept map[string]json.RawMessage `json:"accept,omitzero"`
	Reject *Reject                    `json:"reject,omitempty"`
}

// Reject is a code of the registry.
type Reject struct {
	Code string   `json:"code"`
	At   int      `json:"at,omitempty"`   // the line of a chain, from 1
	Also []string `json:"also,omitempty"` // codes that are as right, where the specification leaves it open
}

// Topics lists the topics in the order of their names.
func Topics() []string {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var topics []string
	for _, name := range names {
		if topic := strings.TrimSuffix(name, ".json"); topic != "keys" {
			topics = append(topics, topic)
		}
	}
	return topics
}

// Load reads one topic, such as "sigchain".
func Load(topic string) (*Topic, error) {
	data, err := files.ReadFile(topic + ".json")
	if err != nil {
		return nil, fmt.Errorf("vectors: no topic %q", topic)
	}
	return Parse(data)
}

// Parse reads the text of a topic file.
func Parse(data []byte) (*Topic, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	t := new(Topic)
	if err := d.Decode(t); err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	return t, nil
}

// All reads the cases of all topics.
func All() ([]Case, error) {
	var all []Case
	for _, name := range Topics() {
		t, err := Load(name)
		if err != nil {
			return nil, err
		}
		all = append(all, t.Cases...)
	}
	return all, nil
}

// Lines gives the lines of a grammar file, such as "identity_valid.txt",
// without comments and empty lines.
func Lines(name string) ([]string, error) {
	data, err := files.ReadFile(path.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("vectors: no file %q", name)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines, nil
}
