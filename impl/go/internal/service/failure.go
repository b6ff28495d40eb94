package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// failure is the error object of KEZ-ERR-006.
type failure struct {
	Error   kez.Code        `json:"error"`
	Message string          `json:"message"`
	Hint    string          `json:"hint"`
	Cause   kez.Code        `json:"cause,omitempty"`
	Event   json.RawMessage `json:"event,omitempty"`
}

// Refusal is an error with more than a code, a sentence and a hint to tell.
type Refusal struct {
	Err error
	// Event is the stored event that a conflict is about (KEZ-STORE-024).
	Event json.RawMessage
	// RetryAfter says when the same request may do better; 0 says nothing.
	RetryAfter time.Duration
}

func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap gives the error itself.
func (r *Refusal) Unwrap() error { return r.Err }

// RateLimited is the refusal of a client that may come again after a while.
func RateLimited(what string, after time.Duration) error {
	return &Refusal{RetryAfter: after, Err: kez.Errorf(kez.HTTPRateLimited, "too many %s came from this address", what).
		WithHint("wait %d seconds and try again", seconds(after))}
}

// Unavailable is the refusal of a server that cannot answer just now.
func Unavailable(why string) error {
	return &Refusal{RetryAfter: time.Second, Err: kez.Errorf(kez.HTTPUnavailable, "%s", why).
		WithHint("try again in a moment")}
}

// NotFound is the refusal of a route that does not exist.
func NotFound() error {
	return kez.Errorf(kez.HTTPNotFound, "there is no such page").WithHint("check the path; the specification lists the routes")
}

// Fail answers with an error. Nothing may have been written before.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	f, status := describe(err)
	note(r, f.Error, err)
	h := w.Header()
	for _, name := range []string{"ETag", "Content-Length", "Content-Encoding"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store") // caches keep a 404 unless they are told
	if after := retryAfter(err, status); after > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds(after)))
	}
	if status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close") // KEZ-STORE-026
		// net/http reads on for a while, to keep the connection; not for long.
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Second)) // only fake writers have none
	}
	WriteJSON(w, status, f)
}

// describe gives what a client is told of an error. A failure without an HTTP
// status of its own is the server's (KEZ-ERR-030), and then nothing of it is
// told (KEZ-STORE-038).
func describe(err error) (failure, int) {
	e, known := errors.AsType[*kez.Error](err)
	status := http.StatusInternalServerError
	if known {
		status = kez.HTTPStatusOf(e.Code)
	}
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		e, status = kez.Errorf(kez.HTTPUnavailable, "the request took too long"), http.StatusServiceUnavailable
	case status == http.StatusInternalServerError:
		e = kez.Errorf(kez.HTTPInternal, "the server failed")
	}
	f := failure{Error: e.Code, Message: e.Message, Hint: e.Hint, Cause: e.Cause}
	if e.At > 0 {
		f.Message = fmt.Sprintf("line %d: %s", e.At, e.Message)
	}
	if f.Hint == "" {
		f.Hint = hintFor(e.Code)
	}
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		f.Event = refusal.Event
	}
	return f, status
}

// hintFor says what to do about an error that does not say it itself.
func hintFor(code kez.Code) string {
	switch code {
	case kez.HTTPInternal:
		return "try again later; if it stays, tell who runs this server, who finds the reason in its log"
	case kez.HTTPUnavailable:
		return "try again in a moment"
	case kez.HTTPStorageFull:
		return "nothing was stored; try again later, or use another server"
	case kez.InputTooLarge:
		return "send less"
	}
	group, _, _ := strings.Cut(string(code), ".")
	switch group {
	case "input", "json", "envelope":
		return "send what a KEZ program wrote, byte for byte"
	case "identity", "key":
		return "write for example ed25519: and 64 lower-case hex digits, or nostr:npub1…"
	case "signature", "claim":
		return "sign it again with the key of the primary"
	case "sigchain":
		return "fetch the chain that is stored and sign what follows it"
	}
	return "see the specification of this route"
}

func retryAfter(err error, status int) time.Duration {
	if refusal, ok := errors.AsType[*Refusal](err); ok && refusal.RetryAfter > 0 {
		return refusal.RetryAfter
	}
	if status == http.StatusServiceUnavailable {
		return time.Second
	}
	return 0
}

// seconds rounds up, so that whoever waits as long as told has waited enough.
func seconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }

// WriteJSON answers with one object.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types are ours
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	w.Write(append(body, '\n')) // a peer that is gone is seen by net/http
}
