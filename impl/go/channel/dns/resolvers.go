package dns

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"kez.lat/kez/impl/go/channel"
)

// HTTPS asks a DoH server (RFC 8484), such as https://dns.example/dns-query. The
// user configured it, so its address is not judged.
type HTTPS struct {
	URL string
	// Client is nil for one of its own. Without a transport it has one that takes
	// no proxies from the environment, like all other channels.
	Client *http.Client
	// Version of the program, for the User-Agent header.
	Version string
}

// LookupTXT looks TXT records up and follows CNAMEs.
func (h HTTPS) LookupTXT(ctx context.Context, name string) (*Answer, error) {
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" {
		return nil, unreachable("the configured URL is none of a DoH server")
	}
	u.User = nil // it may be a secret, and this is shown
	return lookup(ctx, name, u.String(), func(ctx context.Context, question *dns.Msg) (*dns.Msg, int, error) {
		return h.exchange(ctx, u.String(), question)
	})
}

// direct takes no proxies from the environment.
var direct = sync.OnceValue(func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	return t
})

// exchange asks one question; shown is the URL for messages.
func (h HTTPS) exchange(ctx context.Context, shown string, question *dns.Msg) (*dns.Msg, int, error) {
	question.Id = 0 // RFC 8484 §4.1: friendly to caches
	packed, err := question.Pack()
	if err != nil {
		return nil, 0, unreachable("the name cannot be asked for: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(packed))
	if err != nil {
		return nil, 0, unreachable("%s is no URL of a DoH server", shown)
	}
	request.Header.Set("User-Agent", strings.TrimSuffix("kez/"+h.Version, "/"))
	request.Header.Set("Content-Type", "application/dns-message")
	request.Header.Set("Accept", "application/dns-message")
	client := http.Client{}
	if h.Client != nil {
		client = *h.Client
	}
	if client.Transport == nil {
		client.Transport = direct()
	}
	// What the user configured is this one URL and not where it leads to
	// (KEZ-CHAN-023).
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the URL, whose user it shows
	}
	if err != nil {
		return nil, 0, unreachable("the DoH server %s does not answer: %w", shown, err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusTooManyRequests {
		return nil, 0, channel.RateLimited(request.URL.Host, response.Header)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, dns.MaxMsgSize+1))
	reply := new(dns.Msg)
	if err != nil || response.StatusCode != http.StatusOK || reply.Unpack(body) != nil || !answers(reply, question) {
		return nil, 0, unreachable("the DoH server %s does not answer as one (status %d)", shown, response.StatusCode)
	}
	return reply, 0, nil
}

// System asks the servers of /etc/resolv.conf in turn. Where there is no such
// file it asks the system's own interface, which reports neither CNAMEs nor
// DNSSEC.
type System struct{}

// LookupTXT looks TXT records up and follows CNAMEs.
func (System) LookupTXT(ctx context.Context, name string) (*Answer, error) {
	file, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(file.Servers) == 0 {
		return lookupNative(ctx, name)
	}
	var servers Servers
	for _, server := range file.Servers[:min(len(file.Servers), 3)] {
		servers = append(servers, net.JoinHostPort(server, file.Port))
	}
	return servers.LookupTXT(ctx, name)
}

// Servers asks servers, each host:port, in turn until one answers.
type Servers []string

// LookupTXT looks TXT records up and follows CNAMEs.
func (s Servers) LookupTXT(ctx context.Context, name string) (*Answer, error) {
	last := error(unreachable("there is no DNS server to ask"))
	for i, server := range s {
		wire := Wire{Server: server}
		if deadline, ok := ctx.Deadline(); ok { // leave time for those after this one
			wire.Try = max(time.Until(deadline)/time.Duration(tries*(len(s)-i)), time.Millisecond)
		}
		answer, err := wire.LookupTXT(ctx, name)
		if err == nil {
			return answer, nil
		}
		last = err
	}
	return nil, last
}

func lookupNative(ctx context.Context, name string) (*Answer, error) {
	texts, err := net.DefaultResolver.LookupTXT(ctx, strings.TrimSuffix(name, ".")+".")
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return &Answer{NoName: true, Server: "the system"}, nil
	}
	if err != nil {
		return nil, unreachable("the system's resolver does not answer for %s: %w", name, err).
			WithHint("check the network, or name a resolver with KEZ_DNS_SERVER")
	}
	a := &Answer{Server: "the system"}
	for _, text := range texts {
		a.Records = append(a.Records, []string{text})
	}
	return a, nil
}
