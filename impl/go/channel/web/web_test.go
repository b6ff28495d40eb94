package web_test

import (
	"strings"
	"testing"

	"kez.lat/kez/fakes"
	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/internal/worldtest"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

func of(w *fakes.World) web.Channel {
	return web.Channel{Client: channel.NewClient("test"), Base: w.Web.Env()["KEZ_WEB_BASE_URL"]}
}

var site = worldtest.Claim{Subject: "web:a.test", Key: 1}

const (
	at    = "a.test/.well-known/kez.json"
	asked = "web GET " + at
)

func file(text string) string { return "-- _web/" + at + " --\n" + text + "\n" }

func TestBodies(t *testing.T) {
	spoilt, expired := site, site
	spoilt.Spoilt, expired.Expires = true, worldtest.Past
	token := site.Token(t)
	for name, test := range map[string]struct {
		body string
		want kez.Code
	}{
		"JSON":                   {site.JSON(t), ""},
		"token":                  {" \n" + token + " ", ""},
		"empty":                  {" ", kez.ChannelNotFound},
		"spoilt signature":       {spoilt.JSON(t), kez.SignatureInvalid},
		"expired":                {expired.Token(t), kez.ClaimExpired},
		"cut off":                {token[:len(token)-4], kez.ChannelCorrupt},
		"two tokens":             {token + "\n" + token, kez.ChannelCorrupt},
		"token in capitals":      {strings.Replace(token, "kez:z1:", "KEZ:Z1:", 1), kez.ChannelCorrupt},
		"prose":                  {"hello", kez.ChannelCorrupt},
		"Markdown":               {site.Markdown(t), kez.ChannelCorrupt},
		"other JSON":             {`{"links": []}`, kez.ChannelCorrupt},
		"array":                  {"[" + site.JSON(t) + "]", kez.ChannelCorrupt},
		"another site's proof":   {worldtest.Claim{Subject: "web:b.test", Key: 1}.JSON(t), kez.ChannelSubjectMismatch},
		"the domain's proof":     {worldtest.Claim{Subject: "dns:a.test", Key: 1}.JSON(t), kez.ChannelSubjectMismatch},
		"web page named as JSON": {"<!doctype html><p>" + token, kez.ChannelBadContent},
	} {
		t.Run(name, func(t *testing.T) {
			w := worldtest.Start(t, file(test.body))
			r := worldtest.Verify(t, of(w), "web:a.test")
			worldtest.Want(t, r, test.want)
			worldtest.History(t, w, asked)
			if name == "empty" {
				worldtest.Candidates(t, r, kez.InputEmpty)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	good := httpfake.Pass()
	for _, test := range []struct {
		name  string
		fault httpfake.Fault
		want  kez.Code
	}{
		{"404", httpfake.Status(404), kez.ChannelNotFound},
		{"410", httpfake.Status(410), kez.ChannelNotFound},
		{"401", httpfake.Status(401), kez.ChannelUnreachable},
		{"403", httpfake.Status(403), kez.ChannelUnreachable},
		{"429", httpfake.Status(429), kez.ChannelRateLimited},
		{"500", httpfake.Status(500), kez.ChannelUnreachable},
		{"204", httpfake.Status(204), kez.ChannelBadContent},
		{"418", httpfake.Status(418), kez.ChannelBadContent},
		{"hangs", httpfake.Hang(), kez.ChannelUnreachable},
		{"stalls", good.Stall(20), kez.ChannelUnreachable},
		{"dropped", httpfake.Drop(), kez.ChannelUnreachable},
		{"cut off", good.Truncate(20), kez.ChannelUnreachable},
		{"endless", httpfake.Endless(), kez.ChannelTooLarge},
		{"bomb", httpfake.GzipBomb(64 << 20), kez.ChannelTooLarge},
		{"packed", good.Gzip(), ""},
		{"web page", good.Type("text/html; charset=utf-8"), kez.ChannelBadContent},
		{"XHTML", good.Type("application/xhtml+xml"), kez.ChannelBadContent},
		{"plain text", good.Type("text/plain"), ""},
		{"another type", good.Type("application/octet-stream"), ""},
		{"no type", good.Header("Content-Type", ""), ""},
		{"redirect to another host", httpfake.Redirect("https://b.test/.well-known/kez.json"), kez.ChannelOwnerMismatch},
		{"redirect to a subdomain", httpfake.Redirect("https://www.a.test/.well-known/kez.json"), kez.ChannelOwnerMismatch},
		{"redirect to another port", httpfake.Redirect("https://a.test:8443/.well-known/kez.json"), kez.ChannelOwnerMismatch},
		{"redirect to http", httpfake.Redirect("http://a.test/.well-known/kez.json"), kez.ChannelBadContent},
		{"redirect to the metadata", httpfake.Redirect("http://169.254.169.254/"), kez.ChannelBadContent},
		{"redirect to loopback", httpfake.Redirect("https://127.0.0.1/"), kez.ChannelBadContent},
		{"redirect to a user name", httpfake.Redirect("https://a.test@b.test/"), kez.ChannelBadContent},
		{"redirect to itself", httpfake.Redirect("https://a.test/.well-known/kez.json"), kez.ChannelBadContent},
		{"redirect to nowhere", httpfake.Status(302), kez.ChannelBadContent},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := worldtest.Start(t, file(site.JSON(t))+"-- _web/b.test/.well-known/kez.json --\n"+site.JSON(t))
			w.Web.Fault(at, test.fault)
			ctx := t.Context()
			if test.name == "hangs" || test.name == "stalls" {
				ctx = worldtest.Impatient(t)
			}
			r := worldtest.Ask(t, ctx, of(w), verify.Question{Subject: worldtest.ID(t, "web:a.test")})
			worldtest.Want(t, r, test.want)
			if n := w.Web.Count("b.test/**"); n != 0 {
				t.Errorf("asked %q", w.History())
			}
			if n := len(w.History()); n != 1 && test.name != "redirect to itself" || n > channel.MaxRedirects+1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestRedirectsWithinTheHost(t *testing.T) {
	for _, to := range []string{"/proof.json", "https://a.test/proof.json", "https://A.Test:443/proof.json"} {
		w := worldtest.Start(t, "-- _web/a.test/proof.json --\n"+site.JSON(t))
		w.Web.Fault(at, httpfake.Redirect(to))
		if strings.Contains(to, ":443") {
			w.Web.Put("a.test:443", "/proof.json", "application/json", []byte(site.JSON(t)))
		}
		r := worldtest.Verify(t, of(w), "web:a.test")
		worldtest.Want(t, r, "")
		if !strings.HasSuffix(r.Evidence, "/proof.json") {
			t.Errorf("evidence %s", r.Evidence)
		}
	}
}

func TestNoSuchHost(t *testing.T) {
	w := worldtest.Start(t, "-- _web/hosts.json --\n[\"a.test\"]\n")
	worldtest.Want(t, worldtest.Verify(t, of(w), "web:a.test"), kez.ChannelNotFound)
	worldtest.History(t, w, asked)
	if err := w.Web.Close(); err != nil {
		t.Error(err)
	}
	worldtest.Want(t, worldtest.Verify(t, of(w), "web:a.test"), kez.ChannelUnreachable)
}
