package service

import (
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// maxHeader bounds the head of a request in bytes.
const maxHeader = 32 << 10

// Options are what is set from outside about how a server listens. The zero
// value is not fit for use; DefaultOptions is.
type Options struct {
	Bind        string // host:port
	MetricsBind string // "" serves none
	Proxies     Proxies
	LogLevel    slog.Level
	Chaos       *uint64 // the seed; nil is off

	MaxConnections int
	HeaderDeadline time.Duration // for a whole head
	BodyDeadline   time.Duration // for a whole body
	WriteDeadline  time.Duration // for each piece of an answer
	IdleDeadline   time.Duration // between two requests
	StopDeadline   time.Duration // to finish what is under way
}

// DefaultOptions are those of a server without flags.
func DefaultOptions(bind string) Options {
	return Options{
		Bind: bind, MaxConnections: 4096,
		HeaderDeadline: 10 * time.Second, BodyDeadline: time.Minute, WriteDeadline: 30 * time.Second,
		IdleDeadline: time.Minute, StopDeadline: 15 * time.Second,
	}
}

// Flags adds the flags of the options; the variables begin with prefix.
func (o *Options) Flags(f *Flags, prefix string) {
	f.String(&o.Bind, "bind", prefix+"_BIND", "`address` to listen on")
	f.String(&o.MetricsBind, "metrics-bind", prefix+"_METRICS_BIND", "`address` to serve /metrics on; empty serves none")
	f.Func("trusted-proxies", prefix+"_TRUSTED_PROXIES", "addresses or `networks` whose X-Forwarded-For is believed", "", func(text string) (err error) {
		o.Proxies, err = ParseProxies(text)
		return err
	})
	f.Int(&o.MaxConnections, "max-connections", prefix+"_MAX_CONNECTIONS", "most open `connections`; the one idle longest is closed for a new one", 1)
	f.Func("log", prefix+"_LOG", "least `level` that is logged: debug (each request), info, warn, error", "info", func(text string) error {
		return o.LogLevel.UnmarshalText([]byte(text))
	})
	f.Func("chaos", prefix+"_CHAOS", "for tests: fail at random by this `seed`; on a loopback address only", "", func(text string) error {
		seed, err := strconv.ParseUint(text, 10, 64)
		o.Chaos = &seed
		return err
	})
}

// Check refuses what cannot be served, so that a program can before it opens its
// database.
func (o *Options) Check() error {
	if _, _, err := net.SplitHostPort(o.Bind); err != nil {
		return kez.Errorf(kez.CLIUsage, "--bind %s is no host:port", kez.Quote(o.Bind)).WithHint("write for example 127.0.0.1:7878")
	}
	if o.MetricsBind != "" {
		if _, _, err := net.SplitHostPort(o.MetricsBind); err != nil {
			return kez.Errorf(kez.CLIUsage, "--metrics-bind %s is no host:port", kez.Quote(o.MetricsBind)).WithHint("write for example 127.0.0.1:9878")
		}
	}
	if o.Chaos != nil {
		return checkChaos(o.Bind)
	}
	return nil
}

// loopback reports whether only this machine reaches an address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// shuffle puts names into an order that the generator alone decides.
func shuffle(names []string, random *rand.Rand) {
	slices.Sort(names)
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
}
