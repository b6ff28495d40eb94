package dns

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"

	"kez.lat/kez/impl/go/kez"
)

const (
	// tries over UDP before a server counts as silent.
	tries = 3
	// udpSize is what we take over UDP: safe from fragmentation on every path.
	udpSize = 1232
	// maxCNAME bounds the length of a delegation.
	maxCNAME = 8
)

// Wire asks one server, host:port, over UDP, and over TCP what does not fit.
type Wire struct {
	Server string
	// Try bounds one try; 0 is a third of what the context leaves.
	Try time.Duration
}

// exchange sends one question and gives the answer that belongs to it.
type exchange func(ctx context.Context, question *dns.Msg) (answer *dns.Msg, ignored int, err error)

// LookupTXT looks TXT records up and follows CNAMEs.
func (w Wire) LookupTXT(ctx context.Context, name string) (*Answer, error) {
	return lookup(ctx, name, w.Server, w.exchange)
}

func lookup(ctx context.Context, name, server string, ask exchange) (*Answer, error) {
	a := &Answer{Server: server, Authenticated: true}
	visited := map[string]bool{}
	edns := true
	for current := strings.ToLower(dns.Fqdn(name)); current != ""; {
		question := new(dns.Msg).SetQuestion(current, dns.TypeTXT)
		if edns {
			question.SetEdns0(udpSize, false)
			question.AuthenticatedData = true // asks for the AD bit, RFC 6840 §5.7
		}
		reply, ignored, err := ask(ctx, question)
		a.Ignored += ignored
		if err != nil {
			return nil, err
		}
		if edns && (reply.Rcode == dns.RcodeFormatError || reply.Rcode == dns.RcodeNotImplemented) {
			edns = false // an old server, RFC 6891 §6.2.2: the same question once again without
			continue
		}
		if reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError {
			return nil, unreachable("the resolver %s answers %s for %s", server, dns.RcodeToString[reply.Rcode], name).
				WithHint("the resolver or the domain's name server has a fault; try another with KEZ_DNS_SERVER")
		}
		a.NoName = reply.Rcode == dns.RcodeNameError
		a.Authenticated = a.Authenticated && reply.AuthenticatedData
		if current, err = a.walk(reply, current, visited); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// walk follows the CNAMEs of one answer from a name and takes the TXT records
// at their end. Where the answer stops at another name without any, that name
// is to be asked for next. Records of other owners are nobody's business here.
func (a *Answer) walk(reply *dns.Msg, from string, visited map[string]bool) (next string, err error) {
	for owner := from; ; {
		target := ""
		for _, record := range reply.Answer {
			if !strings.EqualFold(record.Header().Name, owner) {
				continue
			}
			switch r := record.(type) {
			case *dns.CNAME:
				target = strings.ToLower(r.Target)
			case *dns.TXT:
				a.Records = append(a.Records, rawStrings(r.Txt))
			}
		}
		switch {
		case len(a.Records) > 0 || a.NoName && target == "" || target == "" && owner == from:
			return "", nil
		case target == "":
			return owner, nil
		}
		visited[owner] = true
		a.Path = append(a.Path, strings.TrimSuffix(target, "."))
		if visited[target] || len(a.Path) > maxCNAME {
			return "", unreachable("the CNAMEs of %s lead in a circle or through more than %d names", from, maxCNAME).
				WithHint("the owner of the domain has to mend them")
		}
		owner = target
	}
}

func (w Wire) exchange(ctx context.Context, question *dns.Msg) (*dns.Msg, int, error) {
	packed, err := question.Pack()
	if err != nil {
		return nil, 0, unreachable("the name cannot be asked for: %w", err)
	}
	ignored, last := 0, error(nil)
	for range tries {
		reply, n, err := w.udp(ctx, question, packed)
		ignored += n
		if err == nil && reply.Truncated {
			reply, err = w.tcp(ctx, question)
		}
		if err == nil {
			return reply, ignored, nil
		}
		if last = err; ctx.Err() != nil {
			break
		}
	}
	return nil, ignored, unreachable("the resolver %s does not answer: %w", w.Server, last).
		WithHint("check the network, or name another resolver with KEZ_DNS_SERVER")
}

// udp sends from a socket that is open to all senders, so that answers from
// others can be told apart and counted.
func (w Wire) udp(ctx context.Context, question *dns.Msg, packed []byte) (*dns.Msg, int, error) {
	server, err := net.ResolveUDPAddr("udp", w.Server)
	if err != nil {
		return nil, 0, err
	}
	network := "udp4"
	if server.IP.To4() == nil {
		network = "udp6"
	}
	socket, err := net.ListenPacket(network, ":0")
	if err != nil {
		return nil, 0, err
	}
	defer socket.Close()
	stop := context.AfterFunc(ctx, func() { socket.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	socket.SetDeadline(time.Now().Add(w.try(ctx)))
	if _, err := socket.WriteTo(packed, server); err != nil {
		return nil, 0, err
	}
	buffer, ignored := make([]byte, 64<<10), 0
	for {
		n, from, err := socket.ReadFrom(buffer)
		if err != nil {
			return nil, ignored, err
		}
		reply := new(dns.Msg)
		sender, _ := from.(*net.UDPAddr)
		if sender == nil || !sender.IP.Equal(server.IP) || sender.Port != server.Port ||
			reply.Unpack(buffer[:n]) != nil || !answers(reply, question) {
			ignored++
			continue
		}
		return reply, ignored, nil
	}
}

func (w Wire) tcp(ctx context.Context, question *dns.Msg) (*dns.Msg, error) {
	client := &dns.Client{Net: "tcp", Timeout: w.try(ctx)}
	reply, _, err := client.ExchangeContext(ctx, question, w.Server)
	switch {
	case err != nil:
	case !answers(reply, question):
		err = errors.New("the answer belongs to another question")
	case reply.Truncated:
		err = errors.New("the answer is cut off over TCP too")
	}
	return reply, err
}

// try is how long one try may take.
func (w Wire) try(ctx context.Context) time.Duration {
	if w.Try > 0 {
		return w.Try
	}
	if deadline, ok := ctx.Deadline(); ok {
		return max(time.Until(deadline)/tries, time.Millisecond)
	}
	return 3 * time.Second
}

// answers reports whether a reply has the id and the question of what was asked.
// Servers that cannot read a question may send FORMERR without it.
func answers(reply, question *dns.Msg) bool {
	if reply.Response && reply.Id == question.Id && reply.Rcode == dns.RcodeFormatError && len(reply.Question) == 0 {
		return true
	}
	return reply.Response && reply.Id == question.Id && len(reply.Question) == 1 &&
		reply.Question[0].Qtype == question.Question[0].Qtype &&
		strings.EqualFold(reply.Question[0].Name, question.Question[0].Name)
}

func unreachable(format string, args ...any) *kez.Error {
	return kez.Errorf(kez.ChannelUnreachable, format, args...)
}

// rawStrings undoes the presentation format in which the library keeps strings:
// \DDD is a byte, and a backslash before anything else stands for that.
func rawStrings(texts []string) []string {
	raw := make([]string, len(texts))
	for i, text := range texts {
		if strings.IndexByte(text, '\\') < 0 {
			raw[i] = text
			continue
		}
		var b strings.Builder
		for j := 0; j < len(text); j++ {
			switch {
			case text[j] != '\\' || j+1 == len(text):
				b.WriteByte(text[j])
			case j+3 < len(text) && digits(text[j+1:j+4]):
				b.WriteByte((text[j+1]-'0')*100 + (text[j+2]-'0')*10 + text[j+3] - '0')
				j += 3
			default:
				j++
				b.WriteByte(text[j])
			}
		}
		raw[i] = b.String()
	}
	return raw
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
