package store

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// Chain is a chain as it was served, verified. The zero length stands for none.
type Chain struct {
	State *sigchain.State // of a forked chain the shared prefix, with the evidence
	Lines []byte          // as served, up to where the verification ended
	Head  string          // ETag, for the next fetch
}

// ReadChain verifies a chain of a primary while it is read, from whatever source.
// Nothing at all is the empty chain (KEZ-CHAN-076), and a forked chain no error.
// What cannot be read is channel.unreachable, with the reader's error in it.
func ReadChain(r io.Reader, primary kez.Identity) (*Chain, error) {
	var lines bytes.Buffer
	state, err := sigchain.Verify(io.TeeReader(r, &lines), sigchain.Options{Primary: primary})
	switch {
	case err == nil, errors.Is(err, kez.SigchainFork):
		return &Chain{State: state, Lines: lines.Bytes()}, nil
	case errors.Is(err, kez.InputEmpty):
		return &Chain{State: sigchain.NewState(primary)}, nil
	case errors.Is(err, kez.CLIFile):
		cause := errors.Unwrap(err)
		if errors.Is(cause, gzip.ErrChecksum) || errors.Is(cause, gzip.ErrHeader) || isFlate(cause) {
			return nil, kez.Errorf(kez.ChannelBadContent, "the chain is packed in a faulty way: %w", cause)
		}
		return nil, kez.Errorf(kez.ChannelUnreachable, "the chain ended before its end: %w", cause)
	}
	return nil, err
}

func isFlate(err error) bool {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	return corrupt
}

// Fetch asks for the chain of a primary. 404 is the empty chain.
func (c *Client) Fetch(ctx context.Context, primary kez.Identity) (*Chain, error) {
	chain, _, err := c.FetchChanged(ctx, primary, "")
	return chain, err
}

// FetchChanged is Fetch unless the store's chain still is the one with a Head; it
// then gives nil and false.
func (c *Client) FetchChanged(ctx context.Context, primary kez.Identity, head string) (*Chain, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	r := get(c.chainURL(primary), "application/jsonl")
	if head != "" {
		r.Header = func() (http.Header, error) { return http.Header{"If-None-Match": {head}}, nil }
	}
	answer, err := c.Do(ctx, r)
	if err != nil {
		return nil, false, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK, http.StatusNoContent:
	case http.StatusNotModified:
		if head == "" {
			return nil, false, c.Odd("304 to a question without a condition")
		}
		return nil, false, nil
	case http.StatusNotFound:
		return &Chain{State: sigchain.NewState(primary)}, true, nil
	default:
		return nil, false, c.refused(answer)
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind == "text/html" {
		return nil, false, c.Odd("a web page in the place of a chain")
	}
	chain, err := ReadChain(answer.Body, primary)
	switch {
	case errors.Is(err, kez.ChannelUnreachable):
		return nil, false, c.Unreachable(cause(err))
	case err != nil:
		return nil, false, err
	}
	chain.Head = answer.Header.Get("ETag")
	return chain, true, nil
}

// cause is the innermost reason, which says whether time was up.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// Head is the end of a chain; of Length 0 there is none.
type Head struct {
	Seq    int
	Hash   string
	Length int
}

// Head asks for the head of the chain of a primary.
func (c *Client) Head(ctx context.Context, primary kez.Identity) (Head, error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	answer, err := c.Do(ctx, get(c.chainURL(primary, "head"), "application/json"))
	if err != nil {
		return Head{}, err
	}
	if answer.StatusCode == http.StatusNotFound {
		answer.Body.Close()
		return Head{}, nil
	}
	if answer.StatusCode != http.StatusOK {
		return Head{}, c.refused(answer)
	}
	defer answer.Body.Close()
	doc, err := serverclient.ReadObject(answer.Body, serverclient.MaxAnswer)
	if err != nil {
		return Head{}, c.Odd("%w", err)
	}
	root := doc.Root()
	seq, isSeq := root.Member("seq").Int()
	length, isLength := root.Member("length").Int()
	h := Head{int(seq), root.Member("hash").Text(), int(length)}
	if !isSeq || !isLength || seq < 0 || length != seq+1 || length > sigchain.MaxEvents || h.Hash == "" ||
		!root.Member("primary").Is(primary.String()) {
		return Head{}, c.Odd("what it gives as a head is none")
	}
	return h, nil
}
