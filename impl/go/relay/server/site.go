package server

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
)

//go:embed page
var embedded embed.FS

// Site answers everything that is no route with files, and with nothing but
// files: there are no listings, no redirects, and no page that stands in for one
// that is absent.
type Site struct {
	open     func(name string) (file, error)
	policy   string
	modified bool // files have times
}

// file is an open regular file.
type file interface {
	io.ReadSeekCloser
	Stat() (fs.FileInfo, error)
}

const (
	// ownPolicy lets the embedded page load its style, and nothing else.
	ownPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// dirPolicy lets the pages of an operator load their own scripts and talk to
	// servers, and keeps them out of frames.
	dirPolicy = "default-src 'self'; img-src 'self' data:; connect-src *; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

// EmbeddedSite is one page that says what this server is.
func EmbeddedSite() *Site {
	return &Site{policy: ownPolicy, open: func(name string) (file, error) {
		f, err := embedded.Open("page/" + name)
		if err != nil {
			return nil, err
		}
		seekable, ok := f.(file) // files of package embed are, folders are not
		if !ok {
			return nil, errors.Join(fs.ErrNotExist, f.Close())
		}
		return seekable, nil
	}}
}

// DirSite serves a folder (KEZ-RELAY-006). Root keeps whatever happens in it
// within it; links are refused besides.
func DirSite(dir string) (*Site, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, kez.Errorf(kez.CLIFile, "--web-dir cannot be served: %w", err).WithHint("give the path of a folder that can be read")
	}
	return &Site{policy: dirPolicy, modified: true, open: func(name string) (file, error) { return openWithin(root, name) }}, nil
}

// openWithin opens a regular file that no link leads to.
func openWithin(root *os.Root, name string) (file, error) {
	var info fs.FileInfo
	for at := range prefixes(name) {
		var err error
		if info, err = root.Lstat(at); err != nil {
			return nil, err
		}
		if info.Mode()&fs.ModeSymlink != 0 || at != name && !info.IsDir() {
			return nil, fs.ErrNotExist
		}
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	// Without waiting, should it become a pipe in between.
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	now, err := f.Stat()
	if err != nil || !os.SameFile(info, now) {
		f.Close()
		return nil, errors.Join(fs.ErrNotExist, err)
	}
	return f, nil
}

// prefixes gives a, a/b and a/b/c for a/b/c.
func prefixes(name string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := range len(name) {
			if name[i] == '/' && !yield(name[:i]) {
				return
			}
		}
		yield(name)
	}
}

func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.serve(w, r); err != nil {
		service.Fail(w, r, err)
	}
}

func (s *Site) serve(w http.ResponseWriter, r *http.Request) error {
	name, ok := fileName(r)
	if !ok {
		return service.NotFound()
	}
	f, err := s.open(name)
	if err != nil { // absent, not allowed, too long a name: nobody learns which
		return service.NotFound()
	}
	defer f.Close()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return kez.Errorf(kez.HTTPMethod, "a page does not take %s", kez.Quote(r.Method)).WithHint("it takes GET and HEAD")
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Security-Policy", s.policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Del("Access-Control-Allow-Origin") // pages are for their own origin
	h.Del("Access-Control-Expose-Headers")
	at := time.Time{}
	if s.modified {
		at = info.ModTime()
	}
	http.ServeContent(w, r, "", at, f)
	return nil
}

// fileName gives the file that a path asks for, and false for paths that no file
// may have: hidden ones, and those that another system reads differently.
func fileName(r *http.Request) (string, bool) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	escaped := strings.ToLower(r.URL.EscapedPath())
	if strings.Contains(escaped, "%2f") || strings.ContainsAny(name, "\\:") || !fs.ValidPath(name) {
		return "", false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part[0] == '.' {
			return "", false
		}
	}
	for i := range len(name) {
		if name[i] < ' ' || name[i] == 0x7f {
			return "", false
		}
	}
	return name, true
}

// types are written down here, since those of a system differ between systems.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".json": "application/json", ".map": "application/json", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8", ".xml": "text/xml; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".ico": "image/x-icon",
	".woff": "font/woff", ".woff2": "font/woff2", ".wasm": "application/wasm", ".pdf": "application/pdf",
}

func contentType(name string) string {
	if t := types[strings.ToLower(path.Ext(name))]; t != "" {
		return t
	}
	return "application/octet-stream"
}
