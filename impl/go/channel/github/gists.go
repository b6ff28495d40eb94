package github

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

const (
	maxPages = 10 // KEZ-CHAN-003
	// maxPage bounds one page of the list. It is no document that is scanned,
	// and a hundred gists of many files take some megabytes.
	maxPage = 16 << 20
	// maxFiles bounds the gist files that are fetched, kez.md before others.
	maxFiles = 200
	bestName = "kez.md"
)

// gist is one item of a list, as far as it matters.
type gist struct {
	ID    string `json:"id"`
	Owner struct {
		Login string `json:"login"`
		ID    int64  `json:"id"`
	} `json:"owner"`
	Public    *bool           `json:"public"`
	Truncated bool            `json:"truncated"`
	Files     map[string]file `json:"files"`
}

type file struct {
	RawURL string `json:"raw_url"`
}

// listing walks through the list of an account's gists.
type listing struct {
	Channel
	login   string
	finding *channel.Finding

	own, others int
	moved       bool       // the API led to another address for the account
	best, rest  []document // files named kez.md, and others of Markdown
}

// run reads the pages. It reports whether the account may exist: not where the
// API says that it does not, or that it has another name now.
func (l *listing) run(ctx context.Context) (exists bool) {
	first := apiRoot + "/users/" + url.PathEscape(l.login) + "/gists?per_page=100"
	if err := l.pages(ctx, first); err != nil {
		return kez.CodeOf(err) != kez.ChannelAccountMissing
	}
	switch {
	case l.own > 0:
	case l.moved:
		l.finding.Failed(first, kez.Errorf(kez.ChannelOwnerMismatch, "GitHub leads from %s to another account", l.login).
			WithHint("the account was renamed; ask for its present name"))
		return false
	case l.others > 0:
		l.finding.Failed(first, kez.Errorf(kez.ChannelOwnerMismatch, "the gists listed for %s belong to others", l.login).
			WithHint("the owner publishes the proof in a gist of their own"))
	}
	return true
}

// pages follows the list from page to page. It records every place and gives
// the error that ended it early.
func (l *listing) pages(ctx context.Context, next string) error {
	visited := map[string]bool{}
	for next != "" {
		at := next
		var err error
		switch {
		case visited[at]:
			err = stopped("the list of gists leads back to a page already read")
		case !inAPI(at):
			err = stopped("the list of gists goes on outside of the API, at %s", kez.Quote(at))
		case len(visited) == maxPages:
			err = kez.Errorf(kez.ChannelTooLarge, "only the newest %d pages of gists were read", maxPages).
				WithHint("publish the proof in a new gist, or in the README of the profile")
		default:
			visited[at] = true
			next, err = l.page(ctx, at, len(visited) == 1)
		}
		if err != nil {
			l.finding.Failed(at, err)
			return err
		}
	}
	return nil
}

func stopped(format string, args ...any) error {
	return kez.Errorf(kez.ChannelUnreachable, format, args...).
		WithHint("the API has a fault; try again later")
}

// inAPI reports whether a URL is below the API's root (KEZ-CHAN-005).
func inAPI(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host == apiHost && u.User == nil
}

// page reads one page and gives the URL of the next one, "" after the last.
func (l *listing) page(ctx context.Context, at string, first bool) (next string, err error) {
	response, err := l.Client.Get(ctx, channel.Request{
		URL: at, Origin: channel.Origin{Base: l.API, Root: apiRoot}, Accept: "application/vnd.github+json",
		Token: l.Token, Limit: maxPage, Redirect: l.redirect,
	})
	if err == nil {
		err = refusal(response, l.login, first)
	}
	if err != nil {
		return "", err
	}
	gists, err := decode(response)
	if err != nil {
		return "", err
	}
	own := l.own
	for _, g := range gists {
		l.take(at, g)
	}
	l.finding.Saw(at, fmt.Sprintf("%d gist(s) of the account, %d other(s)", l.own-own, len(gists)-(l.own-own)))
	return nextLink(response.Header), nil
}

// redirect lets the API lead to itself alone.
func (l *listing) redirect(_, to *url.URL) error {
	if to.Host != apiHost {
		return kez.Errorf(kez.ChannelBadContent, "the API redirects to another host, %s", kez.Quote(to.Host))
	}
	l.moved = true
	return nil
}

// refusal gives the error that an answer of the API stands for.
func refusal(r *channel.Response, login string, first bool) error {
	switch {
	case r.Status == http.StatusOK:
		return nil
	case r.Status == http.StatusNotFound && !first:
		return stopped("a page of the list of gists is not there")
	case r.Status == http.StatusNotFound && channel.IsHTML(r):
		return notAPI(r)
	case r.Status == http.StatusNotFound:
		return kez.Errorf(kez.ChannelAccountMissing, "GitHub has no account %s", login).
			WithHint("check the spelling; the account may have been renamed or deleted")
	case r.Status == http.StatusUnauthorized:
		return kez.Errorf(kez.ChannelUnreachable, "GitHub refuses the token").
			WithHint("set a GITHUB_TOKEN that is valid, or none")
	case r.Status == http.StatusForbidden && limited(r):
		return channel.RateLimited(r.URL.Host, r.Header)
	case r.Status == http.StatusForbidden:
		return kez.Errorf(kez.ChannelUnreachable, "GitHub refuses access to the gists of %s", login)
	}
	return notAPI(r)
}

// limited tells a 403 for too many requests from others. The secondary limits
// leave requests over in the hour and show in Retry-After or the message alone.
func limited(r *channel.Response) bool {
	if r.Header.Get("X-RateLimit-Remaining") == "0" || r.Header.Get("Retry-After") != "" {
		return true
	}
	var problem struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(r.Body, &problem) // a body that is none has no message
	return strings.Contains(strings.ToLower(problem.Message), "rate limit")
}

func notAPI(r *channel.Response) error {
	return kez.Errorf(kez.ChannelBadContent, "%s does not answer as the API of GitHub (status %d)", r.URL.Host, r.Status).
		WithHint("a proxy may stand in the way")
}

// decode reads a page. Another service's JSON is taken as it comes, but every
// item has to look like a gist.
func decode(r *channel.Response) ([]gist, error) {
	var gists []gist
	if kind := mediaType(r); kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return nil, notAPI(r)
	}
	if err := json.Unmarshal(r.Body, &gists); err != nil || gists == nil {
		return nil, notAPI(r)
	}
	for _, g := range gists {
		if g.ID == "" || g.Files == nil {
			return nil, notAPI(r)
		}
	}
	return gists, nil
}

// take notes the files of one gist that may hold a proof.
func (l *listing) take(at string, g gist) {
	if !strings.EqualFold(g.Owner.Login, l.login) { // KEZ-CHAN-032
		l.others++
		return
	}
	l.own++
	if l.finding.Account == "" && g.Owner.ID != 0 {
		l.finding.Account = strconv.FormatInt(g.Owner.ID, 10)
	}
	if g.Public != nil && !*g.Public {
		return
	}
	if f, found := g.Files[bestName]; found { // KEZ-CHAN-034
		l.best = append(l.best, document{url: f.RawURL, listed: true})
		return
	}
	if g.Truncated {
		l.finding.Failed(at, kez.Errorf(kez.ChannelTooLarge, "GitHub lists only some of the files of the gist %s", kez.Quote(g.ID)).
			WithHint("publish the proof in a gist of its own"))
	}
	for _, name := range slices.Sorted(maps.Keys(g.Files)) {
		if strings.HasSuffix(name, ".md") {
			l.rest = append(l.rest, document{url: g.Files[name].RawURL, listed: true})
		}
	}
}

// documents gives the files to fetch.
func (l *listing) documents() []document {
	all := slices.Concat(l.best, l.rest)
	if len(all) <= maxFiles {
		return all
	}
	l.finding.Failed("https://"+gistHost+"/"+l.login, kez.Errorf(kez.ChannelTooLarge, "only %d of %d Markdown files in gists were read", maxFiles, len(all)).
		WithHint("publish the proof as %s, which is read first", bestName))
	return all[:maxFiles]
}

// nextLink finds rel="next" in the Link headers (RFC 8288); "" for none.
func nextLink(header http.Header) string {
	for _, line := range header.Values("Link") {
		for line != "" {
			_, rest, found := strings.Cut(line, "<")
			if !found {
				break
			}
			target, rest, found := strings.Cut(rest, ">")
			if !found {
				break
			}
			parameters, after, _ := strings.Cut(rest, ",")
			for parameter := range strings.SplitSeq(parameters, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
				relations := strings.Fields(strings.Trim(strings.TrimSpace(value), `"`))
				if strings.EqualFold(strings.TrimSpace(name), "rel") && slices.Contains(relations, "next") {
					return target
				}
			}
			line = after
		}
	}
	return ""
}
