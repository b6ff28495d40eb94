package service

import (
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"kez.lat/kez/impl/go/kez"
)

// BadRequest is the refusal of a request whose form is wrong.
func BadRequest(what, hint string) *kez.Error {
	return kez.Errorf(kez.HTTPBadRequest, "%s", what).WithHint("%s", hint)
}

func parseQuery(r *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, BadRequest("the query is not well-formed", "percent-encode each value, and separate them with &")
	}
	return query, nil
}

// Count gives a parameter that counts from 0, and 0 where it is absent. It is
// written in plain decimal digits without leading zeros (KEZ-STORE-013); a
// number too large for an int64 is the largest.
func Count(r *http.Request, name string) (int64, error) {
	text, given, err := Single(r, name)
	if err != nil || !given {
		return 0, err
	}
	if text == "" || strings.Trim(text, "0123456789") != "" || len(text) > 1 && text[0] == '0' {
		return 0, BadRequest(name+" is not a number in plain decimal digits without leading zeros", "write for example "+name+"=10")
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return math.MaxInt64, nil
	}
	return n, err
}

// MediaType gives the media type of a body, lower-case and without parameters,
// or "" for none. Any content encoding, and a type that is not listed, is
// http.media_type (KEZ-STORE-017).
func MediaType(r *http.Request, types ...string) (string, error) {
	hint := "send " + strings.Join(types, " or ") + ", not compressed"
	if _, encoded := r.Header["Content-Encoding"]; encoded {
		return "", kez.Errorf(kez.HTTPMediaType, "a body with a content encoding is not taken").WithHint("%s", hint)
	}
	values := r.Header.Values("Content-Type")
	if len(values) == 0 || len(values) == 1 && values[0] == "" {
		return "", nil
	}
	media, parameters, err := mime.ParseMediaType(values[0])
	charset, given := parameters["charset"]
	if err != nil || len(values) > 1 || !slices.Contains(types, media) || given && !strings.EqualFold(charset, "utf-8") {
		return "", kez.Errorf(kez.HTTPMediaType, "the type of the body is not one that this route takes").WithHint("%s", hint)
	}
	return media, nil
}

// Budget bounds the memory of all bodies that are held at a time.
type Budget struct{ left atomic.Int64 }

// NewBudget makes a budget of bytes.
func NewBudget(size int64) *Budget {
	b := &Budget{}
	b.left.Store(size)
	return b
}

// freeBody is how much of a body is not counted: what each connection may cost.
const freeBody = 64 << 10

// Body reads a whole body of at most limit bytes. release gives its memory
// back and is never nil.
func (b *Budget) Body(w http.ResponseWriter, r *http.Request, limit int64) (body []byte, release func(), err error) {
	taken := int64(0)
	release = func() { b.left.Add(taken) }
	tooLarge := func() error {
		return kez.Errorf(kez.InputTooLarge, "the body is larger than %d bytes", limit).WithHint("send it in parts")
	}
	if r.ContentLength > limit {
		return nil, release, tooLarge()
	}
	reader := http.MaxBytesReader(innermost(w), r.Body, limit)
	buffer := make([]byte, 0, min(max(r.ContentLength+1, 512), freeBody))
	for {
		if len(buffer) == cap(buffer) {
			grown := min(2*int64(cap(buffer)), limit+1)
			if more := grown - int64(cap(buffer)); grown > freeBody {
				if b.left.Add(-more) < 0 {
					b.left.Add(more)
					return nil, release, Unavailable("too many large bodies are being read")
				}
				taken += more
			}
			buffer = append(make([]byte, 0, grown), buffer...)
		}
		n, err := reader.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		switch {
		case errors.Is(err, io.EOF):
			bodyRead(w)
			return buffer, release, nil
		case err != nil:
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return nil, release, tooLarge()
			}
			w.Header().Set("Connection", "close")
			return nil, release, BadRequest("the body ended early, or did not come in time", "send the whole body")
		}
	}
}

// innermost gives the writer of net/http, which http.MaxBytesReader tells to
// close the connection so that the peer still gets the answer.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		outer, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = outer.Unwrap()
	}
}

// Accepts reports whether the client takes a content coding, such as gzip, by
// RFC 9110, 12.5.3; without the header it takes none.
func Accepts(r *http.Request, coding string) bool {
	star := false
	for _, header := range r.Header.Values("Accept-Encoding") {
		for item := range strings.SplitSeq(header, ",") {
			name, rest, _ := strings.Cut(item, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			allowed := true
			if q, found := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(rest, " ", "")), "q="); found {
				weight, err := strconv.ParseFloat(q, 64)
				allowed = err == nil && weight > 0
			}
			switch name {
			case coding:
				return allowed
			case "*":
				star = allowed
			}
		}
	}
	return star
}

// Matches reports whether If-None-Match names an entity tag; weak and strong
// ones are the same here, as RFC 9110, 13.1.2 says.
func Matches(r *http.Request, tag string) bool {
	for _, header := range r.Header.Values("If-None-Match") {
		for item := range strings.SplitSeq(header, ",") {
			item = strings.TrimPrefix(strings.TrimSpace(item), "W/")
			if item == "*" || item == tag {
				return true
			}
		}
	}
	return false
}
