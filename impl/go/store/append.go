package store

import (
	"bytes"
	"context"
	"net/http"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Stored is the answer to an append.
type Stored struct {
	Seq  int
	Hash string
	New  bool // false where the store had all of it already
}

// Conflict is a store's refusal of events that do not follow what it has: gap,
// prev_mismatch, fork or closed (KEZ-STORE-023).
type Conflict struct {
	Reason *kez.Error
	// Event is the stored event of the same seq, or the last stored one
	// (KEZ-STORE-024), as the store wrote it and not verified; nil where it gave
	// none.
	Event []byte
}

// Error gives the sentence.
func (c *Conflict) Error() string { return c.Reason.Error() }

// Unwrap gives the reason, which has the code.
func (c *Conflict) Unwrap() error { return c.Reason }

// Stored tells the seq and the hash that the stored event has, false where there
// is none to tell them of.
func (c *Conflict) Stored() (seq int64, ok bool) {
	doc, err := strictjson.Read(c.Event, kez.MaxEnvelope)
	if err != nil {
		return 0, false
	}
	return doc.Root().Member("payload").Member("seq").Int()
}

// Append stores events, JSON lines that follow each other. Those that the store
// has already are skipped by it, so that repeating is no error. All are stored
// or none.
func (c *Client) Append(ctx context.Context, primary kez.Identity, lines []byte) (Stored, error) {
	if len(lines) > kez.MaxChain {
		return Stored{}, kez.Errorf(kez.InputTooLarge, "the events are larger than %d bytes, which no store takes", kez.MaxChain)
	}
	ctx, cancel := context.WithTimeout(ctx, max(Deadline, c.patience()+Deadline))
	defer cancel()
	kind := "application/jsonl"
	if bytes.Count(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n")) == 0 {
		kind = "application/json"
	}
	r := request{method: http.MethodPost, url: c.chainURL(primary).JoinPath("events"), accept: "application/json", contentType: kind, body: lines}
	answer, err := c.do(ctx, r)
	if err != nil {
		return Stored{}, err
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return Stored{}, c.refusal(answer, r)
	}
	defer answer.Body.Close()
	doc, err := readObject(answer.Body)
	if err != nil {
		return Stored{}, c.odd("%w", err)
	}
	root := doc.Root()
	seq, isSeq := root.Member("seq").Int()
	stored := Stored{int(seq), root.Member("hash").Text(), answer.StatusCode == http.StatusCreated}
	if !isSeq || seq < 0 || stored.Hash == "" || !root.Member("primary").Is(primary.String()) {
		return Stored{}, c.odd("it does not say what it stored")
	}
	return stored, nil
}
