package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// register gives a handle to the key that signed for it (KEZ-RELAY-013 to 023).
func (a *api) register(w http.ResponseWriter, r *http.Request) error {
	if _, err := service.MediaType(r, "application/json"); err != nil {
		return err
	}
	body, release, err := a.budget.Body(w, r, kez.MaxEnvelope)
	defer release()
	if err != nil {
		return err
	}
	now := a.Now()
	registration, err := relay.ReadFresh(body, a.Name, now)
	if err != nil {
		return err
	}
	if a.reserved[registration.Handle] {
		return kez.Errorf(kez.HandleReserved, "the handle %s is reserved", registration.Handle).WithHint("choose another handle")
	}
	known, err := a.Directory.ByHandle(r.Context(), registration.Handle)
	if err != nil {
		return err
	}
	if known == nil {
		if wait := a.newHandles.Take(a.Proxies.Client(r)); wait > 0 {
			return service.RateLimited("new handles", wait)
		}
	}
	account, isNew, err := a.Directory.Register(r.Context(), registration, body, now)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated // KEZ-RELAY-020
	}
	a.writeLookup(w, status, account)
	return nil
}

func (a *api) lookupHandle(w http.ResponseWriter, r *http.Request) error {
	account, err := a.account(r.Context(), r.PathValue("handle"))
	if err != nil {
		return err
	}
	a.writeLookup(w, http.StatusOK, account)
	return nil
}

func (a *api) lookupPrimary(w http.ResponseWriter, r *http.Request) error {
	primary, err := kez.ParseSigned(r.PathValue("primary"))
	if err != nil {
		return err
	}
	account, err := a.Directory.ByPrimary(r.Context(), primary)
	if err != nil {
		return err
	}
	if account == nil {
		return kez.Errorf(kez.HandleUnknown, "%s has no handle here", primary).WithHint("its holder can register one")
	}
	a.writeLookup(w, http.StatusOK, account)
	return nil
}

// writeLookup answers with what is known of an account (KEZ-RELAY-024, 070).
func (a *api) writeLookup(w http.ResponseWriter, status int, account *relay.Account) {
	var b []byte
	text := func(name, value string) {
		quoted, err := json.Marshal(value)
		if err != nil {
			panic(err) // strings always have a form
		}
		b = append(append(append(append(append(b, '"'), name...), `":`...), quoted...), ',')
	}
	b = append(b, '{')
	text("handle", account.Handle)
	text("server", a.Name)
	text("primary", account.Primary.String())
	text("registered_at", kez.FormatTime(account.RegisteredAt))
	text("sigchain_url", strings.TrimRight(a.SigServer, "/")+"/v1/sigchains/"+account.Primary.System()+"/"+account.Primary.Value())
	b = append(b, `"proofs":[`...)
	for i, proof := range account.Proofs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, proof...)
	}
	b = append(append(append(b, `],"registration":`...), account.Registration...), '}', '\n')
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-cache")
	}
	write(w, status, b)
}

// write answers with JSON that is written already.
func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // a peer that is gone is seen by net/http
}

// primaryProperty names the primary in WebFinger (decision D27).
const primaryProperty = "https://kez.lat/ns/primary"

// webfinger answers RFC 7033 for the accounts of this relay (KEZ-RELAY-030, 031).
// What it builds comes from the configuration and the database, and nothing from
// the request.
func (a *api) webfinger(w http.ResponseWriter, r *http.Request) error {
	resource, given, err := service.Single(r, "resource")
	if err != nil {
		return err
	}
	bad := service.BadRequest("resource is no account such as acct:alice@"+a.Name, "write /.well-known/webfinger?resource=acct:HANDLE@"+a.Name)
	name, isAccount := strings.CutPrefix(resource, "acct:")
	handle, host, hasHost := strings.Cut(name, "@")
	if !given || !isAccount || !hasHost || host == "" || strings.Contains(host, "@") || relay.CheckHandle(handle) != nil {
		return bad
	}
	if !strings.EqualFold(host, a.Name) {
		return kez.Errorf(kez.HandleUnknown, "accounts of another server are not known here").WithHint("ask that server")
	}
	account, err := a.account(r.Context(), handle)
	if err != nil {
		return err
	}
	type link struct {
		Rel  string `json:"rel"`
		Type string `json:"type"`
		Href string `json:"href"`
	}
	links := []link{}
	if rels := r.URL.Query()["rel"]; len(rels) == 0 || slices.Contains(rels, "self") {
		links = append(links, link{"self", "application/json", "https://" + a.Name + "/v1/u/" + account.Handle}) // KEZ-STORE-009: not of Host
	}
	body, err := json.Marshal(struct {
		Subject    string            `json:"subject"`
		Properties map[string]string `json:"properties"`
		Links      []link            `json:"links"`
	}{"acct:" + account.Handle + "@" + a.Name, map[string]string{primaryProperty: account.Primary.String()}, links})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/jrd+json")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	h.Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	w.Write(append(body, '\n')) // a peer that is gone is seen by net/http
	return nil
}
