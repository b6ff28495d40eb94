package service

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// chaos makes a server as awkward as the protocol lets it be, so that clients
// can be tried: requests fail and may be tried again, also such that were
// carried out; answers come late and in pieces; objects have members in odd
// order and members that nobody knows; pages are short. What happens to the n-th
// request follows from the seed and n alone.
type chaos struct {
	seed uint64
	n    atomic.Uint64
	next http.Handler
}

type chaosKey struct{}

// maxDelay bounds how late an answer comes.
const maxDelay = 20 * time.Millisecond

func (c *chaos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	random := rand.New(rand.NewPCG(c.seed, c.n.Add(1)))
	fault, carriedOut := random.IntN(100), random.IntN(2) == 0
	delay := time.NewTimer(time.Duration(random.Int64N(int64(maxDelay))))
	select {
	case <-delay.C:
	case <-r.Context().Done():
		delay.Stop()
	}
	r = r.WithContext(context.WithValue(r.Context(), chaosKey{}, random))
	switch {
	case fault < 12:
		if carriedOut {
			c.next.ServeHTTP(&lostWriter{header: http.Header{}}, r)
		}
		c.fail(w, r, Unavailable("the server is in a bad mood"))
	case fault < 20:
		c.fail(w, r, RateLimited("requests", time.Second))
	default:
		odd := &oddWriter{ResponseWriter: w, random: random, head: r.Method == http.MethodHead}
		c.next.ServeHTTP(odd, r)
		odd.finish()
	}
}

// fail answers as the mux would.
func (c *chaos) fail(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", "ETag, Retry-After")
	Fail(w, r, err)
}

// shortPage is the longest page of chaos, so that readers have to turn many.
const shortPage = 10

// Page gives the length of a page: most, and less where chaos says so.
func Page(r *http.Request, most int) int {
	if random, ok := r.Context().Value(chaosKey{}).(*rand.Rand); ok {
		return 1 + random.IntN(min(most, shortPage))
	}
	return most
}

// lostWriter takes an answer that never arrives.
type lostWriter struct{ header http.Header }

func (w *lostWriter) Header() http.Header         { return w.header }
func (w *lostWriter) WriteHeader(int)             {}
func (w *lostWriter) Write(p []byte) (int, error) { return len(p), nil }

// oddWriter rewrites objects, and cuts everything else into pieces.
type oddWriter struct {
	http.ResponseWriter
	random *rand.Rand
	head   bool
	status int
	object []byte
	held   bool
}

func (w *oddWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *oddWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	if w.held = w.Header().Get("Content-Type") == "application/json" && !w.head; !w.held {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *oddWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.held {
		w.object = append(w.object, p...)
		return len(p), nil
	}
	return w.pieces(p)
}

func (w *oddWriter) pieces(p []byte) (written int, err error) {
	for len(p) > 0 {
		piece := p[:min(len(p), 1+w.random.IntN(4096))]
		n, err := w.ResponseWriter.Write(piece)
		if written += n; err != nil {
			return written, err
		}
		http.NewResponseController(w.ResponseWriter).Flush() // pieces that stay together do no harm
		p = p[len(piece):]
	}
	return written, nil
}

func (w *oddWriter) finish() {
	if !w.held {
		return
	}
	body := odd(w.object, w.random)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.ResponseWriter.WriteHeader(w.status)
	w.pieces(body) // a peer that is gone is seen by net/http
}

// odd writes an object again, with its members in another order, white space
// and a member that no page defines.
func odd(object []byte, random *rand.Rand) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return object
	}
	members["x_unknown"] = json.RawMessage(`{"error": null, "n": 1.5e3, "list": ["\u00e9"]}`)
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	shuffle(names, random)
	out := []byte("{\n ")
	for i, name := range names {
		if i > 0 {
			out = append(out, ",\n "...)
		}
		out = fmt.Appendf(out, "%q : %s", name, members[name])
	}
	return append(out, "\n}\n"...)
}

// checkChaos refuses chaos on an address that others reach.
func checkChaos(addresses ...string) error {
	for _, address := range addresses {
		if !loopback(address) {
			return kez.Errorf(kez.CLIUsage, "--chaos is for tests and makes a server fail, so it is refused on %s", address).
				WithHint("bind to 127.0.0.1")
		}
	}
	return nil
}
