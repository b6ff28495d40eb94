package dnsfake

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/miekg/dns"
)

// dohType is the media type of RFC 8484.
const dohType = "application/dns-message"

// StartDoH serves the same zones and faults over HTTP as well and gives the URL
// to ask. What concerns UDP, spoofed and cut answers, does not occur there.
func (s *Server) StartDoH() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.doh != nil {
		return s.dohURL, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("dnsfake: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/dns-query", s.serveDoH)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.record(Query{Proto: "doh " + r.Method + " " + r.URL.Path, unknown: true})
		http.NotFound(w, r)
	})
	s.doh = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	s.dohURL = "http://" + listener.Addr().String() + "/dns-query"
	go func() { _ = s.doh.Serve(listener) }()
	return s.dohURL, nil
}

func (s *Server) serveDoH(w http.ResponseWriter, r *http.Request) {
	query, status, err := readDoH(r)
	if err != nil {
		s.record(Query{Proto: "doh malformed", unknown: true})
		http.Error(w, err.Error(), status)
		return
	}
	answer := s.answer("doh", query)
	if !s.wait(answer.delay) {
		return
	}
	if answer.msg == nil {
		select { // no answer is what was asked for: until one of the two gives up
		case <-r.Context().Done():
		case <-s.done:
		}
		return
	}
	raw, err := answer.msg.Pack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", dohType)
	_, _ = w.Write(raw)
}

// readDoH takes the query out of a POST body or the dns parameter of a GET.
func readDoH(r *http.Request) (*dns.Msg, int, error) {
	var raw []byte
	var err error
	switch r.Method {
	case http.MethodGet:
		raw, err = base64.RawURLEncoding.DecodeString(r.URL.Query().Get("dns"))
	case http.MethodPost:
		if r.Header.Get("Content-Type") != dohType {
			return nil, http.StatusUnsupportedMediaType, errors.New("want " + dohType)
		}
		raw, err = io.ReadAll(io.LimitReader(r.Body, dns.MaxMsgSize))
	default:
		return nil, http.StatusMethodNotAllowed, errors.New("want GET or POST")
	}
	if err != nil {
		return nil, http.StatusBadRequest, err
	}
	query := new(dns.Msg)
	if err := query.Unpack(raw); err != nil {
		return nil, http.StatusBadRequest, err
	}
	if len(query.Question) != 1 || query.Response {
		return nil, http.StatusBadRequest, errors.New("want one question")
	}
	return query, 0, nil
}
