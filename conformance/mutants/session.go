package mutants

import (
	"context"
	"encoding/json"
	"time"

	conformance "kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/impl/go/adapter"
	"kez.lat/kez/impl/go/kez"
)

func kezCode(code string) kez.Code { return kez.Code(code) }

// session runs a handler in this process.
type session struct {
	handle adapter.Handler
	seq    int
}

// Target gives the target of a handler.
func Target(name string, handle adapter.Handler) *suite.Target {
	return &suite.Target{Name: name, Open: func(context.Context) (suite.Session, suite.Hello, error) {
		return &session{handle: handle}, suite.Hello{Protocol: conformance.Protocol, Name: name, Ops: adapter.Ops()}, nil
	}}
}

// Run answers one request, by way of the JSON that an adapter would write.
func (s *session) Run(_ context.Context, r conformance.Request) (conformance.Answer, error) {
	s.seq++
	now := time.Time{}
	if r.Now != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, r.Now); err != nil {
			return conformance.Answer{}, err
		}
	}
	line, err := json.Marshal(s.handle(adapter.Request{Op: r.Op, Now: now, Input: r.Input, Endpoints: r.Endpoints}))
	if err != nil {
		return conformance.Answer{}, err
	}
	return conformance.ParseAnswer(line)
}

// Seq is the number of the last request.
func (s *session) Seq() int { return s.seq }

// Close has nothing to end.
func (s *session) Close() []int { return nil }
