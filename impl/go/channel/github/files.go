package github

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// atOnce is how many files are fetched side by side.
const atOnce = 8

// document is one Markdown file.
type document struct {
	url    string
	listed bool // the API says that it is there
}

// read fetches documents and adds what they hold to a finding, in their order.
func (c Channel) read(ctx context.Context, documents []document, f *channel.Finding) {
	parts := make([]channel.Finding, len(documents))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, d := range documents {
		slots <- struct{}{}
		all.Go(func() {
			c.readOne(ctx, d, &parts[i])
			<-slots
		})
	}
	all.Wait()
	for _, part := range parts {
		f.Places = append(f.Places, part.Places...)
		f.Candidates = append(f.Candidates, part.Candidates...)
	}
}

func (c Channel) readOne(ctx context.Context, d document, f *channel.Finding) {
	response, err := c.fetch(ctx, d)
	switch {
	case err != nil:
		f.Failed(d.url, err)
		return
	case response == nil:
		f.Saw(d.url, "no README")
		return
	}
	f.Saw(d.url, "a Markdown file")
	found, err := encoding.ScanMarkdown(response.Body)
	if errors.Is(err, kez.InputEmpty) { // KEZ-CHAN-015
		found, err = []encoding.Candidate{{Err: err}}, nil
	}
	f.Add(d.url, found, err)
}

// fetch gets a document; nil where there is none, which only a README may do.
func (c Channel) fetch(ctx context.Context, d document) (*channel.Response, error) {
	if u, err := url.Parse(d.url); err != nil || !isRaw(u) {
		return nil, kez.Errorf(kez.ChannelBadContent, "the API names a file outside of GitHub's own hosts, %s", kez.Quote(d.url))
	}
	response, err := c.Client.Get(ctx, channel.Request{
		URL: d.url, Origin: channel.Origin{Base: c.Raw}, Accept: "text/plain, text/markdown", Redirect: stayRaw,
	})
	switch {
	case err != nil:
		return nil, err
	case response.Status == http.StatusOK && isText(response):
		return response, nil
	case response.Status == http.StatusNotFound && !channel.IsHTML(response):
		if !d.listed {
			return nil, nil
		}
		// The two hosts are not of one mind; the list may be a minute old.
		return nil, kez.Errorf(kez.ChannelUnreachable, "the API lists %s, and it is not there", d.url).
			WithHint("if it was just changed or deleted, try again in some minutes")
	case response.Status == http.StatusUnauthorized, response.Status == http.StatusForbidden:
		return nil, kez.Errorf(kez.ChannelUnreachable, "%s refuses access (status %d)", d.url, response.Status)
	}
	return nil, kez.Errorf(kez.ChannelBadContent, "%s is not the file that GitHub serves there (status %d)", d.url, response.Status).
		WithHint("a proxy may stand in the way")
}

// isRaw reports whether a URL is on one of the hosts of raw content
// (KEZ-CHAN-035).
func isRaw(u *url.URL) bool {
	return u.Scheme == "https" && u.User == nil && (u.Host == gistHost || u.Host == readmeHost)
}

func stayRaw(_, to *url.URL) error {
	if !isRaw(to) {
		return kez.Errorf(kez.ChannelBadContent, "a file redirects outside of GitHub's own hosts, to %s", kez.Quote(to.Host))
	}
	return nil
}

// isText reports whether an answer can be a raw file. GitHub serves those as
// plain text, or as bytes where it sees none.
func isText(r *channel.Response) bool {
	kind := mediaType(r)
	return (kind == "" || kind == "application/octet-stream" || strings.HasPrefix(kind, "text/")) && !channel.IsHTML(r)
}

func mediaType(r *channel.Response) string {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // "" where malformed
	return kind
}
