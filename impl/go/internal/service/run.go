package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Server is a program that answers HTTP.
type Server struct {
	Name    string // of the program
	Handler http.Handler
	Options Options
	Stdout  io.Writer
	Log     *slog.Logger
	Gauges  []Gauge
	// Listen opens the address; nil is net.Listen.
	Listen func(network, address string) (net.Listener, error)
}

// NewLog makes the log of a program: JSON lines.
func NewLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

// Run listens, prints the ready line, and serves until ctx ends; then it
// finishes what is under way, within the deadline, and returns nil.
func (s *Server) Run(ctx context.Context) error {
	o := s.Options
	if err := o.Check(); err != nil {
		return err
	}
	listen := s.Listen
	if listen == nil {
		listen = net.Listen
	}
	main, err := listen("tcp", o.Bind)
	if err != nil {
		return kez.Errorf(kez.HTTPUnavailable, "%s cannot be listened on: %w", o.Bind, err).
			WithHint("another program may use the port; --bind chooses another")
	}
	shed := newShedder(o.MaxConnections)
	counts := newMetrics(shed)
	counts.gauges = s.Gauges
	server := s.server(shed, counts)
	servers := []*http.Server{server}
	failed := make(chan error, 2)
	if o.MetricsBind != "" {
		side, err := listen("tcp", o.MetricsBind)
		if err != nil {
			main.Close()
			return kez.Errorf(kez.HTTPUnavailable, "%s cannot be listened on: %w", o.MetricsBind, err).
				WithHint("--metrics-bind chooses another")
		}
		metricsServer := &http.Server{Handler: counts.handler(), ReadHeaderTimeout: o.HeaderDeadline, ReadTimeout: o.BodyDeadline,
			WriteTimeout: o.WriteDeadline, IdleTimeout: o.IdleDeadline, MaxHeaderBytes: maxHeader, ErrorLog: server.ErrorLog}
		servers = append(servers, metricsServer)
		s.Log.Info("metrics", "address", side.Addr().String())
		go func() { failed <- metricsServer.Serve(side) }()
	}
	go func() { failed <- server.Serve(listener{main}) }()
	s.Log.Info("ready", "program", s.Name, "address", main.Addr().String(), "chaos", o.Chaos != nil)
	if _, err := fmt.Fprintf(s.Stdout, "ready %s\n", baseURL(main.Addr())); err != nil {
		s.Log.Warn("the ready line cannot be written", "reason", err.Error())
	}
	var broken error
	select {
	case <-ctx.Done():
	case broken = <-failed:
	}
	s.Log.Info("stopping")
	shed.closeWaiting()
	return errors.Join(broken, stop(servers, o.StopDeadline, s.Log))
}

// stop lets requests end by themselves, and ends them where the deadline comes
// first.
func stop(servers []*http.Server, deadline time.Duration, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	for _, server := range servers {
		err := server.Shutdown(ctx)
		if err == nil {
			continue
		}
		log.Warn("requests were cut off at the stop")
		if err := server.Close(); err != nil {
			return err
		}
	}
	log.Info("stopped")
	return nil
}

func (s *Server) server(shed *shedder, counts *metrics) *http.Server {
	o := &s.Options
	handler := s.Handler
	if o.Chaos != nil {
		handler = &chaos{seed: *o.Chaos, next: handler}
	}
	return &http.Server{
		Handler:           observe(guardFraming(handler), o, s.Log, counts),
		ReadHeaderTimeout: o.HeaderDeadline, IdleTimeout: o.IdleDeadline, MaxHeaderBytes: maxHeader,
		// ReadTimeout would end answers that take longer; bodies get theirs in
		// observe, and every piece of an answer its own.
		WriteTimeout:                 o.WriteDeadline,
		ConnState:                    shed.state,
		ConnContext:                  withConn,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(quiet{s.Log.Handler()}, slog.LevelDebug),
	}
}

// quiet makes a handler whose lines come from net/http, which repeat what
// clients sent: only that something happened is kept.
type quiet struct{ slog.Handler }

func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "a connection failed", 0))
}

// baseURL is how the server is reached from this machine.
func baseURL(addr net.Addr) string {
	ap, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ap.Addr().IsUnspecified() {
		ap = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), ap.Port())
	}
	return "http://" + ap.String()
}
