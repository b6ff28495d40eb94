package relayfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	parts := strings.Split(path, "/")
	switch {
	case r.Method == http.MethodGet && path == "healthz":
		s.mu.Lock()
		defer s.mu.Unlock()
		reply(w, 200, map[string]string{"server": s.name, "epoch": s.epochName(), "status": "ok"})
	case r.Method == http.MethodPost && path == "register":
		s.register(w, r)
	case r.Method == http.MethodGet && len(parts) == 2 && parts[0] == "u":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lookup(w, 200, parts[1])
	case r.Method == http.MethodGet && len(parts) == 2 && parts[0] == "by-primary":
		s.byPrimary(w, parts[1])
	case r.Method == http.MethodPut && len(parts) == 3 && parts[0] == "profile":
		s.profile(w, r, parts[1], parts[2])
	case r.Method == http.MethodPost && path == "messages":
		s.send(w, r)
	case r.Method == http.MethodGet && len(parts) == 2 && parts[0] == "inbox":
		s.poll(w, r, parts[1])
	case r.Method == http.MethodGet && len(parts) == 3 && parts[0] == "inbox" && parts[2] == "stream":
		s.stream(w, r, parts[1])
	default:
		s.Refuse(w, r, "a relay has no such route")
	}
}

func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var e struct {
		Payload   struct{ Handle, Server, Primary string }
		Signature struct{ Key, Sig string }
	}
	if err != nil || json.Unmarshal(body, &e) != nil {
		fail(w, 400, "json.syntax", "no JSON")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch a := s.accounts[e.Payload.Handle]; {
	case e.Payload.Server != s.name:
		fail(w, 400, "handle.wrong_server", "this is "+s.name)
	case slices.Contains([]string{"admin", "root", "kez"}, e.Payload.Handle):
		fail(w, 400, "handle.reserved", "the handle is reserved")
	case a != nil && a.primary != e.Payload.Primary:
		fail(w, 409, "handle.taken", "the handle belongs to another primary")
	case a != nil:
		s.lookup(w, 200, e.Payload.Handle)
	case s.handleOf(e.Payload.Primary) != "":
		fail(w, 409, "handle.primary_taken", "the primary has another handle")
	default:
		s.accounts[e.Payload.Handle] = &account{primary: e.Payload.Primary, registration: bytes.Clone(body), at: s.time(),
			proofs: json.RawMessage("[]"), policy: policy{Accept: "anyone"}}
		s.lookup(w, 201, e.Payload.Handle)
	}
}

func (s *Server) handleOf(primary string) string {
	for handle, a := range s.accounts {
		if a.primary == primary {
			return handle
		}
	}
	return ""
}

func (s *Server) lookup(w http.ResponseWriter, status int, handle string) {
	a := s.accounts[handle]
	if a == nil {
		fail(w, 404, "handle.unknown", "no such handle")
		return
	}
	registration, primary := a.registration, a.primary
	if lie := s.swapped[handle]; lie != nil {
		var e struct{ Payload struct{ Primary string } }
		_ = json.Unmarshal(lie, &e) // a lie may be anything
		registration, primary = lie, e.Payload.Primary
	}
	reply(w, status, map[string]any{"handle": handle, "server": s.name, "primary": primary, "registered_at": a.at,
		"sigchain_url": "http://127.0.0.1:1/v1/sigchains/" + strings.Replace(primary, ":", "/", 1), "proofs": a.proofs, "registration": registration})
}

func (s *Server) byPrimary(w http.ResponseWriter, primary string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookup(w, 200, s.handleOf(primary))
}

func (s *Server) profile(w http.ResponseWriter, r *http.Request, handle, what string) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[handle]
	if a == nil {
		fail(w, 404, "handle.unknown", "no such handle")
		return
	}
	path := "/v1/profile/" + handle + "/" + what
	lines := []string{"PUT", path}
	if what != "proofs" {
		lines = []string{"PUT", s.name, path, "", sha256Hex(body)} // no recipient
	}
	if fault := s.authFault(r, lines, a.primary, what == "proofs"); fault != "" {
		fail(w, 401, fault, "the request is not signed as it must be")
		return
	}
	var setting struct {
		Proofs    json.RawMessage
		Accept    string
		Contacts  []string
		Primaries []string
	}
	if err := json.Unmarshal(body, &setting); err != nil {
		fail(w, 400, "json.syntax", "no JSON")
		return
	}
	switch what {
	case "proofs":
		a.proofs = setting.Proofs
	case "policy":
		a.policy = policy{setting.Accept, setting.Contacts}
	case "blocks":
		a.blocks = setting.Primaries
	}
	s.lookup(w, 200, handle)
}

func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var m struct {
		To       string
		Envelope json.RawMessage
	}
	if err != nil || json.Unmarshal(body, &m) != nil {
		fail(w, 400, "json.syntax", "no JSON")
		return
	}
	var e struct{ From string }
	if json.Unmarshal(m.Envelope, &e) != nil {
		fail(w, 400, "json.type", "the envelope is no object")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[m.To]
	if a == nil {
		fail(w, 404, "handle.unknown", "no such handle")
		return
	}
	signed := r.Header.Get("X-KEZ-Auth") != ""
	if signed {
		if fault := s.authFault(r, []string{"POST", s.name, "/v1/messages", m.To, sha256Hex(body)}, e.From, false); fault != "" {
			fail(w, 401, fault, "the request is not signed as it must be")
			return
		}
	}
	switch {
	case slices.Contains(a.blocks, e.From):
		fail(w, 403, "message.blocked", "the recipient blocked you")
		return
	case a.policy.Accept == "registered" && (!signed || s.handleOf(e.From) == ""),
		a.policy.Accept == "contacts" && (!signed || !slices.Contains(a.policy.Contacts, e.From)):
		fail(w, 403, "message.policy", "the recipient does not take messages from you")
		return
	}
	for _, row := range s.boxes[m.To] {
		if bytes.Equal(row.Envelope, m.Envelope) {
			reply(w, 200, map[string]any{"seq": row.Seq, "created_at": row.CreatedAt})
			return
		}
	}
	if s.intercept != nil {
		for _, lie := range s.intercept(m.To, bytes.Clone(m.Envelope)) {
			s.put(m.To, lie, s.time())
		}
		reply(w, 201, map[string]any{"seq": s.seq + 1, "created_at": s.time()})
		return
	}
	reply(w, 201, map[string]any{"seq": s.put(m.To, m.Envelope, s.time()), "created_at": s.time()})
}

func (s *Server) poll(w http.ResponseWriter, r *http.Request, handle string) {
	s.mu.Lock()
	before := s.onPoll
	s.mu.Unlock()
	if before != nil {
		before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[handle]
	if a == nil {
		fail(w, 404, "handle.unknown", "no such handle")
		return
	}
	since, limit := int64(0), 100
	if text := r.URL.Query().Get("since"); text != "" {
		since, _ = strconv.ParseInt(text, 10, 64)
	}
	if text := r.URL.Query().Get("limit"); text != "" {
		limit, _ = strconv.Atoi(text)
	}
	lines := []string{"GET", "/v1/inbox/" + handle, "since=" + strconv.FormatInt(since, 10)}
	if fault := s.authFault(r, lines, a.primary, false); fault != "" {
		fail(w, 401, fault, "the request is not signed as it must be")
		return
	}
	page := []Row{}
	for _, row := range s.boxes[handle] {
		if row.Seq > since && len(page) < limit {
			page, since = append(page, row), row.Seq
		}
	}
	// Byte for byte: the encoder would compact the envelopes.
	var b bytes.Buffer
	b.WriteString(`{"messages":[`)
	for i, row := range page {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(rowText(row))
	}
	fmt.Fprintf(&b, `],"next":%d,"epoch":%q}`, since, s.epochName())
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b.Bytes())
}

func rowText(row Row) string {
	return fmt.Sprintf(`{"seq":%d,"envelope":%s,"created_at":%q}`, row.Seq, row.Envelope, row.CreatedAt)
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, handle string) {
	s.mu.Lock()
	a := s.accounts[handle]
	if a == nil {
		s.mu.Unlock()
		fail(w, 404, "handle.unknown", "no such handle")
		return
	}
	if fault := s.authFault(r, []string{"GET", "/v1/inbox/" + handle + "/stream"}, a.primary, true); fault != "" {
		s.mu.Unlock()
		fail(w, 401, fault, "the request is not signed as it must be")
		return
	}
	last, cut := s.seq, s.cut
	if text := r.Header.Get("Last-Event-ID"); text != "" {
		last, _ = strconv.ParseInt(text, 10, 64)
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, ": hello\n\n")
	for {
		s.mu.Lock()
		arrived, over := s.arrived, s.cut != cut
		var out []Row
		for _, row := range s.boxes[handle] {
			if row.Seq > last {
				out, last = append(out, row), row.Seq
			}
		}
		s.mu.Unlock()
		if over {
			return
		}
		for _, row := range out {
			fmt.Fprintf(w, "id: %d\ndata: %s\n\n", row.Seq, strings.ReplaceAll(rowText(row), "\n", " "))
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case <-arrived:
		case <-r.Context().Done():
			return
		}
	}
}
