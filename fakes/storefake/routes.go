package storefake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

const (
	typeLines = "application/jsonl"
	typeJSON  = "application/json"
)

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.URL.Path == "/healthz", r.URL.Path == "/v1/healthz":
		httpfake.ReplyJSON(w, r, http.StatusOK, typeJSON, map[string]string{"status": "ok"})
	case r.Method == http.MethodGet && len(parts) == 4 && parts[1] == "sigchains":
		s.get(w, r, parts[2]+":"+parts[3])
	case r.Method == http.MethodGet && len(parts) == 5 && parts[1] == "sigchains" && parts[4] == "head":
		s.head(w, r, parts[2]+":"+parts[3])
	case r.Method == http.MethodPost && (len(parts) == 4 || len(parts) == 5 && parts[4] == "events") && parts[1] == "sigchains":
		s.append(w, r, parts[2]+":"+parts[3])
	case r.Method == http.MethodGet && len(parts) >= 3 && parts[1] == "by-subject":
		s.bySubject(w, r, strings.Join(parts[2:], "/"))
	case r.Method == http.MethodGet && r.URL.Path == "/v1/export":
		s.export(w, r)
	default:
		s.Refuse(w, r, "no route of a store")
	}
}

func fail(w http.ResponseWriter, r *http.Request, status int, code string, event *event) {
	body := map[string]any{"error": code, "message": "the store refuses: " + code, "hint": ""}
	if event != nil {
		body["event"] = json.RawMessage(event.canonical)
	}
	httpfake.ReplyJSON(w, r, status, typeJSON, body)
}

// get answers with the lines as they were put there, or those from since on.
func (s *Server) get(w http.ResponseWriter, r *http.Request, primary string) {
	lines, found := s.chains[primary]
	if !found {
		fail(w, r, http.StatusNotFound, "http.not_found", nil)
		return
	}
	if text := r.URL.Query().Get("since"); text != "" {
		since, err := strconv.Atoi(text)
		if err != nil || since < 0 {
			fail(w, r, http.StatusBadRequest, "http.bad_request", nil)
			return
		}
		all := bytes.SplitAfter(lines, []byte("\n"))
		lines = bytes.Join(all[min(since, len(all)):], nil)
	}
	httpfake.Reply(w, r, http.StatusOK, typeLines, lines)
}

func (s *Server) head(w http.ResponseWriter, r *http.Request, primary string) {
	chain := parseAll(s.chains[primary])
	if len(chain) == 0 {
		fail(w, r, http.StatusNotFound, "http.not_found", nil)
		return
	}
	last := chain[len(chain)-1]
	httpfake.ReplyJSON(w, r, http.StatusOK, typeJSON, map[string]any{
		"primary": primary, "seq": len(chain) - 1, "hash": last.hash, "length": len(chain)})
}

func (s *Server) append(w http.ResponseWriter, r *http.Request, primary string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20+1))
	switch {
	case err != nil:
		return
	case len(body) > 16<<20:
		fail(w, r, http.StatusRequestEntityTooLarge, "input.too_large", nil)
		return
	case r.Header.Get("Content-Encoding") != "":
		fail(w, r, http.StatusUnsupportedMediaType, "http.media_type", nil)
		return
	}
	switch r.Header.Get("Content-Type") {
	case typeJSON, typeLines, "":
	default:
		fail(w, r, http.StatusUnsupportedMediaType, "http.media_type", nil)
		return
	}
	chain := parseAll(s.chains[primary])
	stored := bytes.Clone(s.chains[primary])
	var last *event
	fresh := 0
	for line := range strings.Lines(string(body)) {
		e, err := parse([]byte(line))
		if err != nil {
			fail(w, r, http.StatusBadRequest, "json.syntax", nil)
			return
		}
		known, refused := follow(chain, e, primary)
		if refused != nil {
			fail(w, r, refused.status, refused.code, refused.event)
			return
		}
		if last = e; known {
			continue
		}
		chain = append(chain, e)
		stored = append(append(stored, e.canonical...), '\n')
		s.arrivals = append(s.arrivals, string(e.canonical))
		fresh++
	}
	if last == nil {
		fail(w, r, http.StatusBadRequest, "input.empty", nil)
		return
	}
	s.chains[primary] = stored
	status := http.StatusOK
	if fresh > 0 {
		status = http.StatusCreated
	}
	httpfake.ReplyJSON(w, r, status, typeJSON, map[string]any{"primary": primary, "seq": *last.fields.Seq, "hash": last.hash})
}

func (s *Server) bySubject(w http.ResponseWriter, r *http.Request, subject string) {
	primaries, seen := []string{}, map[string]bool{}
	for _, line := range s.arrivals {
		e, err := parse([]byte(line))
		if err != nil || e.fields.Op != "add" || e.fields.Args.Subject != subject || seen[e.fields.Primary] {
			continue
		}
		seen[e.fields.Primary] = true
		active := false
		for _, e := range parseAll(s.chains[e.fields.Primary]) {
			if e.fields.Args.Subject == subject {
				active = e.fields.Op == "add"
			}
		}
		if active {
			primaries = append(primaries, e.fields.Primary)
		}
	}
	httpfake.ReplyJSON(w, r, http.StatusOK, typeJSON, map[string]any{"primaries": primaries, "next": ""})
}

func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	var out bytes.Buffer
	for i, line := range s.arrivals {
		if i+1 > after {
			out.WriteString(`{"n":` + strconv.Itoa(i+1) + `,"event":` + line + "}\n")
		}
	}
	httpfake.Reply(w, r, http.StatusOK, typeLines, out.Bytes())
}
