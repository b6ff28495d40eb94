package httpfake

import (
	"bytes"
	"compress/gzip"
	"maps"
	"net/http"
	"strconv"
)

// deliver answers with a fault.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, f Fault) {
	ctx := r.Context()
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			panic(http.ErrAbortHandler)
		}
	}
	if !wait(ctx, f.delay) || f.kind == dropping {
		panic(http.ErrAbortHandler)
	}
	if f.kind == hanging {
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	}
	answer := &kept{header: http.Header{}, status: f.code}
	if f.kind == passing {
		answer.status = 0
		s.handler.ServeHTTP(answer, r)
	}
	if err := answer.change(f); err != nil {
		s.Refuse(w, r, "a fault that cannot be: "+err.Error())
		return
	}
	maps.Copy(w.Header(), answer.header)
	switch f.kind {
	case endless:
		w.WriteHeader(answer.status)
		writeEndless(w, r, answer.body.Bytes())
	case bombing:
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(answer.status)
		writeBomb(w, r, f.bomb)
	default:
		answer.send(w, r, f)
	}
}

// kept is an answer that is not sent yet. It is a [http.ResponseWriter].
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *kept) Write(data []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(data)
}

// change applies what a fault says to an answer.
func (k *kept) change(f Fault) error {
	k.WriteHeader(http.StatusOK)
	if f.code != 0 {
		k.status = f.code
	}
	if f.body != nil {
		k.body.Reset()
		k.body.WriteString(*f.body)
	}
	if f.merge != "" {
		merged, err := mergeJSON(k.body.Bytes(), []byte(f.merge))
		if err != nil {
			return err
		}
		k.body = *bytes.NewBuffer(merged)
	}
	if f.gzip {
		var packed bytes.Buffer
		packer := gzip.NewWriter(&packed)
		_, _ = packer.Write(k.body.Bytes())
		_ = packer.Close()
		k.body = packed
		k.header.Set("Content-Encoding", "gzip")
	}
	k.header.Del("Content-Length") // of the true answer, which may be no more
	if k.header.Get("Content-Type") == "" {
		k.header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	for name, values := range f.header {
		if k.header[name] = values; values[0] == "" {
			k.header[name] = nil // net/http would make up a type for one that is only absent
		}
	}
	return nil
}

// send sends the answer, or the first bytes of it.
func (k *kept) send(w http.ResponseWriter, r *http.Request, f Fault) {
	body := k.body.Bytes()
	switch hasBody := k.status >= 200 && k.status != http.StatusNoContent && k.status != http.StatusNotModified; {
	case f.cut != nil:
		w.Header().Set("Content-Length", strconv.Itoa(max(len(body), *f.cut+1)))
		body = body[:min(len(body), *f.cut)]
	case hasBody:
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	default:
		body = nil
	}
	w.WriteHeader(k.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	if f.cut == nil {
		return
	}
	_ = http.NewResponseController(w).Flush()
	if f.stall {
		<-r.Context().Done()
	}
	panic(http.ErrAbortHandler)
}
