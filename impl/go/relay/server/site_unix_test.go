//go:build unix

package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
)

// TestEmbeddedPage: one page says what this server is, and may do nothing else.
func TestEmbeddedPage(t *testing.T) {
	w := start(t, nil)
	a := w.want("page", "", "GET", "/", "")
	csp := a.header.Get("Content-Security-Policy")
	if a.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(string(a.body), "KEZ chat relay") ||
		!strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%v %s", a.header, a.body)
	}
	if a := w.want("style", "", "GET", "/style.css", ""); a.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%v", a.header)
	}
	if a := w.want("POST", kez.HTTPMethod, "POST", "/", ""); a.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("%v", a.header)
	}
	if a := w.want("HEAD", "", "HEAD", "/", ""); len(a.body) != 0 || a.header.Get("Content-Length") == "" {
		t.Errorf("%v", a.header)
	}
	w.want("nothing else", kez.HTTPNotFound, "GET", "/page", "")
}

// TestH17_Files [KEZ-RELAY-005] [KEZ-RELAY-006], also row H-18
func TestH17_Files(t *testing.T) {
	outside := t.TempDir()
	dir := filepath.Join(outside, "web")
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"index.html": "<p>hello", "app/main.js": "1", "app/index.html": "<p>app", "app/odd.xyz": "x", ".git/config": "secret", ".env": "secret",
		"app/.hidden": "secret", ".well-known/nope": "secret", "v1/nope": "secret", "a\\b": "secret"} {
		write(name, text)
	}
	if err := os.WriteFile(filepath.Join(outside, "passwd"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"link": "../passwd", "absolute": filepath.Join(outside, "passwd"), "within": "index.html", "folder": "..", "self": "self"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	site, err := DirSite(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := start(t, func(c *Config, _ *service.Options) { c.Site = site })
	for path, want := range map[string]string{"/": "<p>hello", "/index.html": "<p>hello", "/app/": "<p>app", "/app/main.js": "1", "/app/odd.xyz": "x"} {
		if a := w.want(path, "", "GET", path, ""); string(a.body) != want || a.header.Get("Content-Security-Policy") == "" || a.header.Get("Content-Type") == "" {
			t.Errorf("%s: %v %s", path, a.header, a.body)
		}
	}
	for _, path := range []string{"/../../etc/passwd", "/../passwd", "/..%2f", "/..%2fpasswd", "/%2e%2e/passwd", "/%5c..", "/%5c..%5cpasswd", "/a%5cb", "/link", "/absolute", "/within", "/folder/passwd",
		"/self", "/pipe", "/.git/config", "/.git/", "/.env", "/app/.hidden", "/%2egit/config", "/app", "/app//main.js", "/app%2fmain.js", "/index.html/", "/index.html/x", "/nope", "/app/nope", "/index.html%00", "/c:/x",
		"/app/main.js%0d%0aX:y", "/v1/nope", "/v1", "/v1/", "/.well-known/nope", "/.well-known/", "/%76%31/nope", "/" + strings.Repeat("a", 5000)} {
		a := w.do("GET", path, "")
		if a.status != http.StatusNotFound || a.code(t) != kez.HTTPNotFound || strings.Contains(string(a.body), "secret") || strings.Contains(string(a.body), dir) {
			t.Errorf("H-17 %s: %d %s", path, a.status, a.body)
		}
	}
	if a := w.do("GET", "/", "", "If-Modified-Since", w.do("GET", "/", "").header.Get("Last-Modified")); a.status != http.StatusNotModified {
		t.Errorf("%d", a.status)
	}
	for _, path := range []string{"/debug/pprof", "/debug/pprof/", "/metrics"} {
		w.want("H-19 "+path, kez.HTTPNotFound, "GET", path, "")
	}
	if _, err := DirSite(filepath.Join(dir, "nowhere")); kez.CodeOf(err) != kez.CLIFile {
		t.Errorf("%v", err)
	}
}

// TestRoutes covers rows H-08, H-15, H-16 of the relay. [KEZ-RELAY-003] [KEZ-RELAY-004]
func TestRoutes(t *testing.T) {
	w := start(t, nil)
	for path, method := range map[string]string{"/v1/register": "POST", "/v1/u/alice": "GET", "/v1/by-primary/x": "GET", "/.well-known/webfinger": "GET", "/v1/profile/alice/proofs": "PUT",
		"/v1/profile/alice/policy": "PUT", "/v1/profile/alice/blocks": "PUT", "/v1/messages": "POST", "/v1/inbox/alice": "GET", "/v1/inbox/alice/stream": "GET", "/v1/healthz": "GET"} {
		if a := w.want("H-08 "+path, kez.HTTPMethod, "DELETE", path, ""); !strings.Contains(a.header.Get("Allow"), method) {
			t.Errorf("H-08 %s: Allow %q", path, a.header.Get("Allow"))
		}
		a := w.want("H-16 "+path, "", "OPTIONS", path, "", "Origin", "https://evil.test", "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "x-kez-auth")
		if a.status != http.StatusNoContent || a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Access-Control-Allow-Credentials") != "" ||
			!strings.Contains(strings.ToLower(a.header.Get("Access-Control-Allow-Headers")), "x-kez-auth") || !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), method) {
			t.Errorf("H-16 %s: %d %v", path, a.status, a.header)
		}
	}
	for _, path := range []string{"/v1//register", "/v1/u/alice/", "/v1/u", "/v1/inbox/alice/streams", "/V1/healthz"} {
		w.want("H-08 "+path, kez.HTTPNotFound, "GET", path, "")
	}
	if a := w.want("H-15", kez.HandleUnknown, "GET", "/v1/u/nobody", "", "Host", "evil.test"); strings.Contains(string(a.body), "evil.test") {
		t.Errorf("H-20 %s", a.body)
	}
}
