package service

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// exchange is what is noted of one request on its way, for log and metrics. It
// holds nothing that a client sent but the method.
type exchange struct {
	route    string
	code     kez.Code
	err      error
	deadline time.Duration // for a piece of an answer
	status   int           // of an answer that was detached
}

type exchangeKey struct{}

func exchangeOf(r *http.Request) *exchange {
	if e, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		return e
	}
	return &exchange{}
}

func setRoute(r *http.Request, pattern string) { exchangeOf(r).route = pattern }

func note(r *http.Request, code kez.Code, err error) {
	e := exchangeOf(r)
	e.code, e.err = code, err
}

// Abort ends an answer that was begun and cannot be completed: the connection
// is closed without the end of the body, so that no client takes the part for
// the whole.
func Abort(r *http.Request, err error) {
	note(r, kez.HTTPInternal, err)
	panic(http.ErrAbortHandler)
}

// writer gives every piece of an answer a deadline of its own: a slow reader
// has as long as it takes, one that stands still is cut off.
type writer struct {
	http.ResponseWriter
	control  *http.ResponseController
	deadline time.Duration
	status   int
}

// Unwrap lets http.ResponseController find the writer of net/http.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) extend() { w.control.SetWriteDeadline(time.Now().Add(w.deadline)) } // only fake writers have none

func (w *writer) WriteHeader(status int) {
	w.extend()
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// writePiece is how much has to be taken within one deadline.
const writePiece = 64 << 10

func (w *writer) Write(p []byte) (written int, err error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	for {
		piece := p[:min(len(p), writePiece)]
		w.extend()
		n, err := w.ResponseWriter.Write(piece)
		written += n
		if p = p[len(piece):]; err != nil || len(p) == 0 {
			return written, err
		}
	}
}

// bodyRead lifts the deadline of a body that has come.
func bodyRead(w http.ResponseWriter) {
	http.NewResponseController(w).SetReadDeadline(time.Time{}) // only fake writers have none
}

// observe is the outermost handler: deadlines, panics, log, metrics.
func observe(next http.Handler, o *Options, log *slog.Logger, m *metrics) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		start, e := time.Now(), &exchange{deadline: o.WriteDeadline}
		w := &writer{ResponseWriter: rw, control: http.NewResponseController(rw), deadline: o.WriteDeadline}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e))
		if r.ContentLength != 0 {
			// Also for a body that nobody reads: net/http would wait for it.
			w.control.SetReadDeadline(start.Add(o.BodyDeadline))
		}
		m.begin()
		defer func() {
			what := recover()
			if w.status == 0 {
				w.status = e.status
			}
			if what != nil && what != http.ErrAbortHandler {
				e.code = kez.HTTPInternal
				log.Error("panic", "route", e.route, "what", what, "stack", string(debug.Stack()))
				if w.status == 0 {
					Fail(w, r, kez.Errorf(kez.HTTPInternal, "the server failed"))
					what = nil
				}
			}
			m.end(r.Method, e.route, w.status, time.Since(start))
			e.log(r, w.status, time.Since(start), log)
			if what != nil {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (e *exchange) log(r *http.Request, status int, took time.Duration, log *slog.Logger) {
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError || e.code == kez.HTTPInternal {
		level = slog.LevelError
	}
	if errors.Is(e.err, context.Canceled) { // the client went away
		level = slog.LevelDebug
	}
	if !log.Enabled(r.Context(), level) {
		return
	}
	args := []any{"method", methodName(r.Method), "route", e.route, "status", status, "ms", took.Milliseconds()}
	if e.code != "" {
		args = append(args, "code", string(e.code))
	}
	if e.err != nil && level == slog.LevelError {
		args = append(args, "reason", reason(e.err))
	}
	log.Log(r.Context(), level, "request", args...)
}

// reason gives the innermost error, which a registry error keeps from clients.
func reason(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
