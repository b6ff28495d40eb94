package server

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Config is what a relay is made of.
type Config struct {
	Directory relay.Directory
	Mailbox   relay.Mailbox
	Now       func() time.Time
	// After is time.After, for the keep-alive of streams.
	After func(time.Duration) <-chan time.Time
	// Stopping is closed when streams have to end.
	Stopping <-chan struct{}
	Log      *slog.Logger
	Proxies  service.Proxies

	Name      string // of the relay, as registrations name it
	SigServer string // URL of the sigchain store
	Reserved  []string
	Site      http.Handler // answers all paths that are no routes

	NewHandles int // that a client address may register in an hour; 0 is no limit
	Sends      int // messages that a client address may send in a minute
	Receives   int // messages that a mailbox takes in a minute
	Quota      relay.Quota
	MaxStreams int
}

// bodyBudget bounds the memory of all large bodies together.
const bodyBudget = 128 << 20

// api is what the routes share.
type api struct {
	Config
	newHandles *service.Limiter
	sends      *service.Limiter
	receives   *service.Buckets[string]
	reserved   map[string]bool
	budget     *service.Budget
	replays    *replays
	hub        *hub
	buffers    sync.Pool
	open       sync.WaitGroup // streams
}

// Relay is the handler of a relay.
type Relay struct {
	*service.Mux
	api *api
}

// Gauges are figures for the metrics.
func (r *Relay) Gauges() []service.Gauge {
	return []service.Gauge{{Name: "relay_streams", Help: "Open streams.", Value: r.api.hub.open}}
}

// Wait waits for the streams to end, which they do when the relay stops, but no
// longer than it says.
func (r *Relay) Wait(most time.Duration) {
	ended := make(chan struct{})
	go func() { r.api.open.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(most):
	}
}

// New makes the handler of a relay.
func New(c Config) *Relay {
	a := &api{Config: c, budget: service.NewBudget(bodyBudget), replays: newReplays(), hub: newHub(c.MaxStreams), reserved: map[string]bool{},
		newHandles: service.NewLimiter(c.NewHandles, time.Hour/time.Duration(max(1, c.NewHandles)), c.Now),
		sends:      service.NewLimiter(c.Sends, time.Minute/time.Duration(max(1, c.Sends)), c.Now),
		receives:   service.NewBuckets[string](c.Receives, time.Minute/time.Duration(max(1, c.Receives)), c.Now)}
	a.buffers.New = func() any { return new([]byte) }
	for _, handle := range c.Reserved {
		a.reserved[handle] = true
	}
	m := service.NewMux()
	m.Handle(http.MethodPost, "/v1/register", a.register)
	m.Handle(http.MethodGet, "/v1/u/{handle}", a.lookupHandle)
	m.Handle(http.MethodGet, "/v1/by-primary/{primary}", a.lookupPrimary)
	m.Handle(http.MethodGet, "/.well-known/webfinger", a.webfinger)
	m.Handle(http.MethodPut, "/v1/profile/{handle}/proofs", a.setProofs)
	m.Handle(http.MethodPut, "/v1/profile/{handle}/policy", a.setPolicy)
	m.Handle(http.MethodPut, "/v1/profile/{handle}/blocks", a.setBlocks)
	m.Handle(http.MethodPost, "/v1/messages", a.send)
	m.Handle(http.MethodGet, "/v1/inbox/{handle}", a.poll)
	m.Handle(http.MethodGet, "/v1/inbox/{handle}/stream", a.stream)
	m.Handle(http.MethodGet, "/v1/healthz", a.health)
	m.Fallback(a.page)
	return &Relay{m, a}
}

// checkTime bounds a health check.
const checkTime = 5 * time.Second

func (a *api) health(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), checkTime)
	defer cancel()
	w.Header().Set("Cache-Control", "no-store")
	if err := a.Mailbox.Check(ctx); err != nil { // KEZ-STORE-037
		return &service.Refusal{Err: kez.Errorf(kez.HTTPUnavailable, "the database fails its check: %w", err).
			WithHint("tell who runs this relay; its log says what is wrong")}
	}
	service.WriteJSON(w, http.StatusOK, relay.Health{Server: a.Name, Epoch: a.Mailbox.Epoch(), Status: "ok"})
	return nil
}

// page gives the site what is below none of the folders of routes
// (KEZ-RELAY-005).
func (a *api) page(w http.ResponseWriter, r *http.Request) error {
	for _, folder := range []string{"/v1", "/.well-known"} {
		if r.URL.Path == folder || strings.HasPrefix(r.URL.Path, folder+"/") {
			return service.NotFound()
		}
	}
	a.Site.ServeHTTP(w, r)
	return nil
}

// account gives the account of a handle as it stands in a path or body, which is
// judged before it is looked for (KEZ-RELAY-008, 025).
func (a *api) account(ctx context.Context, handle string) (*relay.Account, error) {
	if err := relay.CheckHandle(handle); err != nil {
		return nil, err
	}
	account, err := a.Directory.ByHandle(ctx, handle)
	if err == nil && account == nil {
		err = unknown(handle)
	}
	return account, err
}

func unknown(handle string) error {
	return kez.Errorf(kez.HandleUnknown, "nobody has the handle %s here", handle).
		WithHint("check the spelling, or ask for the relay that the handle belongs to")
}

// number reads since and limit (KEZ-RELAY-061).
func number(r *http.Request, name string, standard int64) (int64, error) {
	text, given, err := service.Single(r, name)
	if err != nil || !given {
		return standard, err
	}
	return relay.ParseNumber(name, text)
}
