package service

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// streamBuffer is what is gathered before it is sent: an error before that much
// is still answered as an error.
const streamBuffer = 32 << 10

var (
	buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(io.Discard, streamBuffer) }}
	gzips   = sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
		if err != nil {
			panic(err) // the level is known
		}
		return z
	}}
)

// Stream answers with a body that is written piece by piece, compressed where
// the client takes that (KEZ-STORE-015). length is that of the body, -1 for not
// known. An error that comes when something was sent aborts the answer.
func Stream(w http.ResponseWriter, r *http.Request, contentType string, length int64, produce func(write func(...[]byte) error) error) error {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Add("Vary", "Accept-Encoding")
	compressed := Accepts(r, "gzip")
	if compressed {
		h.Set("Content-Encoding", "gzip")
		if tag := h.Get("ETag"); tag != "" {
			h.Set("ETag", "W/"+tag) // the bytes differ from those without compression
		}
	} else if length >= 0 {
		h.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	sent := &sentWriter{ResponseWriter: w}
	buffer := buffers.Get().(*bufio.Writer)
	buffer.Reset(sent)
	defer func() { buffer.Reset(io.Discard); buffers.Put(buffer) }()
	var out io.Writer = buffer
	var z *gzip.Writer
	if compressed {
		z = gzips.Get().(*gzip.Writer)
		z.Reset(buffer)
		defer func() { z.Reset(io.Discard); gzips.Put(z) }()
		out = z
	}
	err := produce(func(parts ...[]byte) error {
		for _, part := range parts {
			if _, err := out.Write(part); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && z != nil {
		err = z.Close()
	}
	if err == nil {
		err = buffer.Flush()
	}
	switch {
	case sent.err != nil: // the client went away, or stood still
		panic(http.ErrAbortHandler)
	case err != nil && sent.any:
		Abort(r, err)
	}
	if err == nil && !sent.any {
		w.WriteHeader(http.StatusOK)
	}
	return err
}

// sentWriter notes that something was sent, and whether it arrived.
type sentWriter struct {
	http.ResponseWriter
	any bool
	err error
}

func (w *sentWriter) Write(p []byte) (int, error) {
	w.any = w.any || len(p) > 0
	n, err := w.ResponseWriter.Write(p)
	w.err = err
	return n, err
}
