package dns_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes"
	"kez.lat/kez/fakes/dnsfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

func TestRecords(t *testing.T) {
	spoilt, expired := site, site
	spoilt.Spoilt, expired.Expires = true, worldtest.Past
	token := site.Token(t)
	for name, test := range map[string]struct {
		records [][]string
		want    kez.Code
		cause   kez.Code
	}{
		"one string":         {[][]string{{token[:200], token[200:]}}, "", ""},
		"many strings":       {[][]string{strings.SplitAfter(token, "A")}, "", ""},
		"JSON":               {[][]string{encoding.FormatTXT(site.JSON(t))}, "", ""},
		"beside others":      {[][]string{{"v=spf1 -all"}, encoding.FormatTXT(token), {"\x00\xff\\\"\\065"}}, "", ""},
		"only others":        {[][]string{{"v=spf1 -all"}, {""}}, kez.ChannelNotFound, ""},
		"one bad, one good":  {[][]string{encoding.FormatTXT(token[:len(token)-4]), encoding.FormatTXT(token)}, "", ""},
		"cut off":            {[][]string{encoding.FormatTXT(token[:len(token)-4])}, kez.ChannelCorrupt, kez.DNSCorrupt},
		"in two records":     {[][]string{{token[:200]}, {token[200:]}}, kez.ChannelCorrupt, kez.DNSCorrupt},
		"escapes in it":      {[][]string{{`kez\:z1:abcd`}}, kez.ChannelCorrupt, kez.DNSCorrupt},
		"an unknown form":    {[][]string{{"kez:zd1:abcd"}}, kez.ChannelCorrupt, kez.CompactPrefixUnknown},
		"spoilt signature":   {[][]string{encoding.FormatTXT(spoilt.Token(t))}, kez.SignatureInvalid, ""},
		"expired":            {[][]string{encoding.FormatTXT(expired.Token(t))}, kez.ClaimExpired, ""},
		"larger than a text": {[][]string{encoding.FormatTXT("kez:z1:" + strings.Repeat("A", 20<<10))}, kez.ChannelCorrupt, kez.DNSTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			w := worldtest.Start(t, zone())
			for _, strs := range test.records {
				w.DNS.AddTXT("_kez.a.test", 300, strs...)
			}
			r := ask(t, w)
			worldtest.Want(t, r, test.want)
			if r.Cause != test.cause {
				t.Errorf("cause %q, want %q", r.Cause, test.cause)
			}
		})
	}
}

// TestDoHServersThatAreNone asks what answers HTTP and is no DoH server.
func TestDoHServersThatAreNone(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   kez.Code
	}{
		"web page": {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, kez.ChannelUnreachable},
		"nothing":  {func(http.ResponseWriter, *http.Request) {}, kez.ChannelUnreachable},
		"502":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, kez.ChannelUnreachable},
		"429":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, kez.ChannelRateLimited},
		"too much": {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1<<20)) }, kez.ChannelUnreachable},
		"echo": {func(w http.ResponseWriter, r *http.Request) {
			var question bytes.Buffer
			if _, err := question.ReadFrom(r.Body); err == nil {
				w.Write(question.Bytes())
			}
		}, kez.ChannelUnreachable},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				t.Errorf("a redirect was followed to %s", r.URL)
			}
			http.Redirect(w, r, "/inner", http.StatusTemporaryRedirect)
		}, kez.ChannelUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(test.answer)
			defer s.Close()
			c := dns.Channel{Resolver: dns.HTTPS{URL: s.URL + "/"}}
			worldtest.Want(t, worldtest.Verify(t, c, "dns:a.test"), test.want)
		})
	}
	c := dns.Channel{Resolver: dns.Wire{Server: "no port"}}
	worldtest.Want(t, worldtest.Verify(t, c, "dns:a.test"), kez.ChannelUnreachable)
}

// TestServersInTurn has servers that are silent or refuse before one that
// answers, which decides, whatever it says.
func TestServersInTurn(t *testing.T) {
	good, empty := worldtest.Start(t, zone(txt(t, site))), worldtest.Start(t, zone())
	silent := worldtest.Start(t, zone()+faults(`{"_kez.a.test": {"drop": -1}}`))
	refusing := worldtest.Start(t, zone()+faults(`{"_kez.a.test": {"rcode": "SERVFAIL"}}`))
	at := func(worlds ...*fakes.World) (servers dns.Servers) {
		for _, w := range worlds {
			servers = append(servers, w.DNS.URL())
		}
		return servers
	}
	for name, test := range map[string]struct {
		servers dns.Servers
		want    kez.Code
	}{
		"silent, refusing, good": {at(silent, refusing, good), ""},
		"empty, good":            {at(empty, good), kez.ChannelNotFound},
		"silent, refusing":       {at(silent, refusing), kez.ChannelUnreachable},
		"none":                   {nil, kez.ChannelUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			q := verify.Question{Subject: worldtest.ID(t, "dns:a.test")}
			worldtest.Want(t, worldtest.Ask(t, ctx, dns.Channel{Resolver: test.servers}, q), test.want)
		})
	}
}

// TestCorpusSPF reads others' TXT records of every kind at the name of a proof,
// and then the same records with a proof among them.
func TestCorpusSPF(t *testing.T) {
	good := 0
	for _, c := range sharedtest.Corpus(t, "dns-spf-zones") {
		var in struct {
			Strings [][]string `json:"txt_strings_hex"`
			Timeout bool       `json:"timeout"`
			CNAME   string     `json:"cname"`
		}
		c.Input(t, &in)
		w := worldtest.Start(t, zone())
		name := "_kez.a.test"
		if in.CNAME != "" {
			if err := w.DNS.AddZone("a.test", "_kez CNAME "+in.CNAME+"\n"); err != nil {
				t.Fatal(err)
			}
			if err := w.DNS.AddZone(in.CNAME, ""); err != nil {
				t.Fatal(err)
			}
			name = in.CNAME
		}
		for _, record := range in.Strings {
			for i, text := range record {
				record[i] = string(sharedtest.Hex(t, text))
			}
			w.DNS.AddTXT(name, 60, record...)
		}
		ctx, want := t.Context(), kez.ChannelNotFound
		if in.Timeout {
			if err := w.DNS.SetFault(name, dnsfake.Fault{Drop: -1, HangUp: true}); err != nil {
				t.Fatal(err)
			}
			ctx, want = worldtest.Impatient(t), kez.ChannelUnreachable
		}
		q := verify.Question{Subject: worldtest.ID(t, "dns:a.test")}
		if r := worldtest.Ask(t, ctx, of(w), q); r.Code != want || len(r.Candidates) != 0 {
			t.Errorf("%s: %s, want %s; %+v", c.ID, r.Code, want, r.Candidates)
		}
		w.DNS.ClearFaults()
		w.DNS.AddTXT(name, 60, encoding.FormatTXT(site.Token(t))...)
		if r := worldtest.Ask(t, t.Context(), of(w), q); r.Status == kez.Valid {
			good++
		} else {
			t.Errorf("%s with a proof: %s %s", c.ID, r.Code, r.Message)
		}
	}
	t.Logf("%d with a proof among them", good)
}

var _ channel.Channel = dns.Channel{}
