package dns_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes"
	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

func of(w *fakes.World) dns.Channel { return dns.Channel{Resolver: dns.Wire{Server: w.DNS.URL()}} }

var site = worldtest.Claim{Subject: "dns:a.test", Key: 1}

const (
	overUDP = "dns udp TXT _kez.a.test. edns=1232 ad"
	overTCP = "dns tcp TXT _kez.a.test. edns=1232 ad"
)

// zone is a world whose zone a.test has these lines.
func zone(lines ...string) string {
	return "-- _dns/a.test.zone --\n" + strings.Join(lines, "\n") + "\n"
}

func faults(json string) string { return "-- _dns/faults.json --\n" + json + "\n" }

// txt is the zone line of a proof.
func txt(t *testing.T, c worldtest.Claim) string {
	return strings.TrimSpace(encoding.FormatZone("a.test", c.Token(t)))
}

func ask(t *testing.T, w *fakes.World) *verify.Result {
	t.Helper()
	return worldtest.Verify(t, of(w), "dns:a.test")
}

func TestT01NoName(t *testing.T) {
	w := worldtest.Start(t, zone())
	worldtest.Want(t, ask(t, w), kez.ChannelNotFound)
	worldtest.History(t, w, overUDP)
}

func TestT02Refusals(t *testing.T) {
	for _, rcode := range []string{"SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"} {
		w := worldtest.Start(t, zone(txt(t, site))+faults(`{"_kez.a.test": {"rcode": "`+rcode+`"}}`))
		r := ask(t, w)
		worldtest.Want(t, r, kez.ChannelUnreachable)
		if !strings.Contains(r.Message, rcode) {
			t.Errorf("the message does not name %s: %s", rcode, r.Message)
		}
	}
}

func TestT03NoAnswer(t *testing.T) {
	w := worldtest.Start(t, zone(txt(t, site))+faults(`{"_kez.a.test": {"drop": -1}}`))
	r := worldtest.Ask(t, worldtest.Impatient(t), of(w), verify.Question{Subject: worldtest.ID(t, "dns:a.test")})
	worldtest.Want(t, r, kez.ChannelUnreachable)
	worldtest.History(t, w, overUDP, overUDP, overUDP)

	w = worldtest.Start(t, zone(txt(t, site))+faults(`{"_kez.a.test": {"drop": 2}}`))
	patient := dns.Channel{Resolver: dns.Wire{Server: w.DNS.URL(), Try: 300 * time.Millisecond}}
	worldtest.Want(t, worldtest.Verify(t, patient, "dns:a.test"), "") // the third try counts
}

func TestT04NoRecord(t *testing.T) {
	absent, empty := ask(t, worldtest.Start(t, zone())), ask(t, worldtest.Start(t, zone("_kez A 192.0.2.1")))
	worldtest.Want(t, empty, kez.ChannelNotFound)
	if absent.Message == empty.Message {
		t.Errorf("a name without TXT reads like one that does not exist: %s", empty.Message)
	}
}

func TestT05Truncated(t *testing.T) {
	w := worldtest.Start(t, zone(txt(t, site))+faults(`{"_kez.a.test": {"truncate": true}}`))
	worldtest.Want(t, ask(t, w), "")
	worldtest.History(t, w, overUDP, overTCP)

	long := func(letter string) string { return `_kez TXT "` + strings.Repeat(letter, 255) + `"` }
	// Five records are over what is taken over UDP.
	w = worldtest.Start(t, zone(txt(t, site), long("a"), long("b"), long("c"), long("d")))
	worldtest.Want(t, ask(t, w), "")
	worldtest.History(t, w, overUDP, overTCP)

	w = worldtest.Start(t, zone(txt(t, site))+faults(`{"_kez.a.test": {"truncate": true, "hang_up": true}}`))
	worldtest.Want(t, ask(t, w), kez.ChannelUnreachable)
}

func TestT07Alias(t *testing.T) {
	for name, fault := range map[string]string{"in one answer": `{}`, "in two": `{"_kez.a.test": {"cname_only": true}}`} {
		w := worldtest.Start(t, zone("_kez CNAME X.b.test.")+"-- _dns/b.test.zone --\n"+
			strings.Replace(txt(t, site), "_kez.a.test.", "x", 1)+"\n"+faults(fault))
		r := ask(t, w)
		worldtest.Want(t, r, "")
		if !slices.Contains(r.Notes, "CNAME leads to x.b.test") {
			t.Errorf("%s: notes %q", name, r.Notes)
		}
	}
	// An alias to a name that is not there, and to one without TXT.
	for _, b := range []string{"", "x A 192.0.2.1"} {
		w := worldtest.Start(t, zone("_kez CNAME x.b.test.")+"-- _dns/b.test.zone --\n"+b+"\n")
		worldtest.Want(t, ask(t, w), kez.ChannelNotFound)
	}
	// The other zone's own claim is not one for this domain.
	other := site
	other.Subject = "dns:b.test"
	w := worldtest.Start(t, zone("_kez CNAME x.b.test.")+"-- _dns/b.test.zone --\n"+
		strings.Replace(txt(t, other), "_kez.a.test.", "x", 1)+"\n")
	worldtest.Want(t, ask(t, w), kez.ChannelSubjectMismatch)
}

func TestT08Loop(t *testing.T) {
	long := []string{"_kez CNAME ha"}
	for i := range 20 {
		long = append(long, "h"+string(rune('a'+i))+" CNAME h"+string(rune('a'+i+1)))
	}
	for name, world := range map[string]string{
		"loop":           zone() + faults(`{"_kez.a.test": {"cname_loop": true}}`),
		"loop of zones":  zone("_kez CNAME _kez.b.test.") + "-- _dns/b.test.zone --\n_kez CNAME _kez.a.test.\n",
		"itself":         zone("_kez CNAME _kez"),
		"twenty hops":    zone(long...),
		"loop by pieces": zone("_kez CNAME x", "x CNAME _kez") + faults(`{"_kez.a.test": {"cname_only": true}, "x.a.test": {"cname_only": true}}`),
	} {
		t.Run(name, func(t *testing.T) {
			w := worldtest.Start(t, world)
			worldtest.Want(t, ask(t, w), kez.ChannelUnreachable)
			if len(w.History()) > 12 {
				t.Errorf("%d questions", len(w.History()))
			}
		})
	}
}

func TestT10Spoofed(t *testing.T) {
	mallory := site
	mallory.Key = 6
	spoof := strings.ReplaceAll(strings.Join(strings.Fields(txt(t, mallory)), " "), `"`, `\"`)
	w := worldtest.Start(t, zone(txt(t, site))+
		faults(`{"_kez.a.test": {"wrong_id": 2, "wrong_address": 1, "wrong_question": 1, "garbage": 1, "spoof": "`+spoof+`"}}`))
	r := ask(t, w)
	worldtest.Want(t, r, "")
	worldtest.Candidates(t, r, "")
	if r.Primary != worldtest.Primary(t, 1).String() || !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.HasPrefix(n, "5 answer(s)") }) {
		t.Errorf("primary %s, notes %q", r.Primary, r.Notes)
	}
}

func TestT11RecordOfAnotherName(t *testing.T) {
	foreign := strings.ReplaceAll(strings.Replace(txt(t, site), "_kez.a.test.", "_kez.b.test.", 1), `"`, `\"`)
	w := worldtest.Start(t, zone()+faults(`{"_kez.a.test": {"foreign": "`+foreign+`"}}`))
	r := ask(t, w)
	worldtest.Want(t, r, kez.ChannelNotFound)
	worldtest.Candidates(t, r)
}

func TestT12Flood(t *testing.T) {
	for fill, want := range map[string]kez.Code{"1999": kez.ChannelTooLarge, "64": kez.ChannelTooLarge, "63": ""} {
		w := worldtest.Start(t, zone(txt(t, site))+faults(`{"_kez.a.test": {"fill": `+fill+`}}`))
		worldtest.Want(t, ask(t, w), want)
		if len(w.History()) > 2 {
			t.Errorf("%d questions", len(w.History()))
		}
	}
}

func TestT13OutsideASCII(t *testing.T) {
	w := worldtest.Start(t, zone(`_kez TXT "kez:b1:\195\169"`))
	r := ask(t, w)
	worldtest.Want(t, r, kez.ChannelCorrupt)
	if r.Cause != kez.DNSCorrupt {
		t.Errorf("cause %s", r.Cause)
	}
}

func TestT14TwoPrimaries(t *testing.T) {
	other := site
	other.Key = 2
	w := worldtest.Start(t, zone(txt(t, site), txt(t, other)))
	r := ask(t, w)
	worldtest.Want(t, r, kez.ProofAmbiguous)
	worldtest.Candidates(t, r, "", "")
	q := verify.Question{Subject: worldtest.ID(t, "dns:a.test"), Primary: worldtest.Primary(t, 2)}
	if r = worldtest.Ask(t, t.Context(), of(w), q); r.Status != kez.Valid || r.Primary != q.Primary.String() {
		t.Errorf("%s by %s", r.Status, r.Primary)
	}
}

func TestT16Withdrawn(t *testing.T) {
	w := worldtest.Start(t, zone(strings.Replace(txt(t, site), "3600", "0", 1)))
	worldtest.Want(t, ask(t, w), "")
	w.DNS.Remove("_kez.a.test")
	worldtest.Want(t, ask(t, w), kez.ChannelNotFound)
}

func TestDoH(t *testing.T) {
	other := site
	other.Subject = "dns:b.test"
	for name, test := range map[string]struct {
		world string
		want  kez.Code
	}{
		"proof":                  {zone(txt(t, site)), ""},
		"alias in two answers":   {zone("_kez CNAME x", strings.Replace(txt(t, site), "_kez.a.test.", "x", 1)) + faults(`{"_kez.a.test": {"cname_only": true}}`), ""},
		"no name":                {zone(), kez.ChannelNotFound},
		"no record":              {zone("_kez A 192.0.2.1"), kez.ChannelNotFound},
		"loop":                   {zone() + faults(`{"_kez.a.test": {"cname_loop": true}}`), kez.ChannelUnreachable},
		"SERVFAIL":               {zone() + faults(`{"_kez.a.test": {"rcode": "SERVFAIL"}}`), kez.ChannelUnreachable},
		"hang":                   {zone() + faults(`{"_kez.a.test": {"drop": -1}}`), kez.ChannelUnreachable},
		"flood":                  {zone(txt(t, site)) + faults(`{"_kez.a.test": {"fill": 1999}}`), kez.ChannelTooLarge},
		"record of another name": {zone() + faults(`{"_kez.a.test": {"foreign": "_kez.b.test. TXT \"kez:z1:x\""}}`), kez.ChannelNotFound},
		"mangled":                {zone(strings.Replace(txt(t, site), "kez:z1:", "KEZ:Z1:", 1)), kez.ChannelCorrupt},
		"somebody else's":        {zone(strings.Replace(txt(t, other), "_kez.b.test.", "_kez.a.test.", 1)), kez.ChannelSubjectMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			w := worldtest.Start(t, test.world)
			url, err := w.DNS.StartDoH()
			if err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			if name == "hang" {
				ctx = worldtest.Impatient(t)
			}
			c := dns.Channel{Resolver: dns.HTTPS{URL: url}}
			r := worldtest.Ask(t, ctx, c, verify.Question{Subject: worldtest.ID(t, "dns:a.test")})
			worldtest.Want(t, r, test.want)
			for _, query := range w.DNS.History() {
				if query.Proto != "doh" || query.ID != 0 {
					t.Errorf("asked by %s with the id %d", query.Proto, query.ID)
				}
			}
		})
	}
}

func TestDNSSECIsNoted(t *testing.T) {
	w := worldtest.Start(t, zone(txt(t, site))+"-- _dns/options.json --\n{\"authenticated\": [\"a.test\"]}\n")
	if r := ask(t, w); len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "DNSSEC") {
		t.Errorf("notes %q", r.Notes)
	}
}
