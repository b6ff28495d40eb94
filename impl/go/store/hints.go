package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// BySubject asks for primaries in whose chains an identity is active, at most
// 100, after a cursor; next is "" at the end. These are hints alone: nothing of
// them is shown or used before the claims themselves have verified
// (KEZ-STORE-031).
func (c *Client) BySubject(ctx context.Context, subject kez.Identity, after string) (primaries []kez.Identity, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	u := c.Client.URL("v1", "by-subject", subject.String())
	if after != "" {
		u.RawQuery = url.Values{"after": {after}}.Encode()
	}
	answer, err := c.Do(ctx, get(u, "application/json"))
	if err != nil {
		return nil, "", err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, "", c.refused(answer)
	}
	defer answer.Body.Close()
	doc, err := serverclient.ReadObject(answer.Body, serverclient.MaxAnswer)
	if err != nil {
		return nil, "", c.Odd("%w", err)
	}
	var list []string
	if err := json.Unmarshal(doc.Root().Member("primaries").Raw(), &list); err != nil {
		return nil, "", c.Odd("it lists no primaries")
	}
	for _, text := range list {
		id, err := kez.ParseSigned(text)
		if err != nil || !id.IsKey() || len(primaries) == maxHints {
			return nil, "", c.Odd("its list is none of at most %d primaries", maxHints)
		}
		primaries = append(primaries, id)
	}
	next = doc.Root().Member("next").Text()
	if next == after {
		next = "" // a cursor that repeats would never end
	}
	return primaries, next, nil
}

// maxHints is the most that one page may list.
const maxHints = 100

// Export hands on all events after number n, in the order of arrival, and gives
// the last number. The lines are JSON, neither canonical nor verified, and valid
// during the call.
func (c *Client) Export(ctx context.Context, n int64, each func(n int64, event []byte) error) (int64, error) {
	u := c.Client.URL("v1", "export")
	if n > 0 {
		u.RawQuery = "after=" + strconv.FormatInt(n, 10)
	}
	answer, err := c.Do(ctx, get(u, "application/jsonl"))
	if err != nil {
		return n, err
	}
	if answer.StatusCode != http.StatusOK {
		return n, c.refused(answer)
	}
	defer answer.Body.Close()
	// One line is an event and what stands around it.
	in := bufio.NewReaderSize(answer.Body, kez.MaxEnvelope+1024)
	for {
		line, err := in.ReadSlice('\n')
		if len(line) == 0 && errors.Is(err, io.EOF) {
			return n, nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return n, c.Odd("a line of the export is longer than any event")
		case err != nil:
			return n, c.Unreachable(err) // a line without its newline was cut off
		}
		doc, err := serverclient.ReadObject(bytes.NewReader(line), len(line))
		if err != nil {
			return n, c.Odd("%w", err)
		}
		number, ok := doc.Root().Member("n").Int()
		event := doc.Root().Member("event")
		if !ok || number <= n || event.Kind() != strictjson.Object {
			return n, c.Odd("its export is not in order")
		}
		if err := each(number, event.Raw()); err != nil {
			return n, err
		}
		n = number
	}
}
