package store

import (
	"bytes"
	"context"
	"net/http"

	"kez.lat/kez/impl/go/internal/serverclient"
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
	ctx, cancel := context.WithTimeout(ctx, Deadline+c.Patience)
	defer cancel()
	kind := "application/jsonl"
	if bytes.Count(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n")) == 0 {
		kind = "application/json"
	}
	answer, err := c.Do(ctx, serverclient.Request{Method: http.MethodPost, URL: c.chainURL(primary, "events"),
		Accept: "application/json", ContentType: kind, Body: lines})
	if err != nil {
		return Stored{}, err
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		return Stored{}, c.conflict(answer)
	}
	defer answer.Body.Close()
	doc, err := serverclient.ReadObject(answer.Body, serverclient.MaxAnswer)
	if err != nil {
		return Stored{}, c.Odd("%w", err)
	}
	root := doc.Root()
	seq, isSeq := root.Member("seq").Int()
	stored := Stored{int(seq), root.Member("hash").Text(), answer.StatusCode == http.StatusCreated}
	if !isSeq || seq < 0 || stored.Hash == "" || !root.Member("primary").Is(primary.String()) {
		return Stored{}, c.Odd("it does not say what it stored")
	}
	return stored, nil
}

// conflict words a refusal, with the stored event where there is one to show.
func (c *Client) conflict(answer *http.Response) error {
	e, doc := c.Refusal(answer, false)
	if answer.StatusCode != http.StatusConflict {
		return e
	}
	conflict := &Conflict{Reason: e}
	if doc != nil {
		conflict.Event = bytes.Clone(doc.Root().Member("event").Raw())
	}
	return conflict
}
