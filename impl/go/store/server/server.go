package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// Config is what a store is made of.
type Config struct {
	Log     sigchain.Log
	Now     func() time.Time
	Proxies service.Proxies
	// NewChains is how many chains a client address may begin at once; as many
	// more come each hour. 0 is no limit.
	NewChains int
}

// bodyBudget bounds the memory of all large bodies together.
const bodyBudget = 256 << 20

// api is what the routes share.
type api struct {
	log        sigchain.Log
	proxies    service.Proxies
	beginnings *beginnings
	budget     *service.Budget
}

// New makes the handler of a store.
func New(c Config) *service.Mux {
	a := &api{log: c.Log, proxies: c.Proxies, budget: service.NewBudget(bodyBudget),
		beginnings: newBeginnings(c.Log, service.NewLimiter(c.NewChains, time.Hour/time.Duration(max(1, c.NewChains)), c.Now))}
	m := service.NewMux()
	m.Handle(http.MethodGet, "/v1/sigchains/{system}/{value}", a.chain)
	m.Handle(http.MethodPost, "/v1/sigchains/{system}/{value}", a.append)
	m.Handle(http.MethodGet, "/v1/sigchains/{system}/{value}/head", a.head)
	m.Handle(http.MethodPost, "/v1/sigchains/{system}/{value}/events", a.append)
	m.Handle(http.MethodGet, "/v1/by-subject/{identity}", a.bySubject)
	m.Handle(http.MethodGet, "/v1/export", a.export)
	m.Handle(http.MethodGet, "/v1/healthz", a.health)
	m.Handle(http.MethodGet, "/healthz", a.health)
	return m
}

// primary reads the identity of a path, of which nothing is normalised
// (KEZ-STORE-005).
func primary(r *http.Request) (kez.Identity, error) {
	return kez.ParseSigned(r.PathValue("system") + ":" + r.PathValue("value"))
}

// tip gives the end of the chain of the path; of none there is nothing to read
// (KEZ-STORE-011).
func (a *api) tip(r *http.Request) (sigchain.Tip, error) {
	id, err := primary(r)
	if err != nil {
		return sigchain.Tip{}, err
	}
	tip, err := a.log.Tip(r.Context(), id)
	if err == nil && tip.Length == 0 {
		err = kez.Errorf(kez.HTTPNotFound, "no event of %s is stored here", id).
			WithHint("it may be stored elsewhere; kez sigchain publish puts a chain here")
	}
	return tip, err
}

// placed is an event as answers name it.
type placed struct {
	Primary kez.Identity `json:"primary"`
	Seq     int          `json:"seq"`
	Hash    string       `json:"hash"`
}

func (a *api) head(w http.ResponseWriter, r *http.Request) error {
	tip, err := a.tip(r)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	service.WriteJSON(w, http.StatusOK, struct {
		placed
		Length int `json:"length"`
	}{placed{tip.Primary, tip.Length - 1, tip.Head.String()}, tip.Length})
	return nil
}

// checkTime bounds a health check.
const checkTime = 5 * time.Second

func (a *api) health(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	w.Header().Set("Cache-Control", "no-store")
	if err := a.log.Check(ctx); err != nil { // KEZ-STORE-037
		return errors.Join(kez.Errorf(kez.HTTPUnavailable, "the database fails its check").
			WithHint("tell who runs this store; its log says what is wrong"), err) // the log gets both
	}
	service.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}
