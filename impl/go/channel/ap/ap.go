// Package ap looks for the proof of a fediverse account in its profile: by
// WebFinger (RFC 7033) to the actor document of ActivityPub, whose summary and
// table of properties are read (KEZ-CHAN-065 to 072).
//
// # Whose profile it is
//
// The asked host says where the actor is, and the actor's id must be the very
// URL it was fetched from. Where that is on another host, that host must name
// the same actor and the asked account in its own WebFinger. Where an account
// moved to, and what else it says it is known as, proves nothing.
package ap

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// Channel answers for ap identities.
type Channel struct {
	Client *channel.Client
	// Base is KEZ_AP_BASE_URL, or "".
	Base string
}

// System is "ap".
func (Channel) System() string { return "ap" }

// Verify reads the profile of NAME@HOST.
func (c Channel) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	_, host, _ := strings.Cut(id.Value(), "@")
	asked := "acct:" + id.Value()
	fingerURL := webFingerURL(host, asked)
	finger, err := c.webFinger(ctx, fingerURL)
	if err == nil && finger.self == nil {
		err = kez.Errorf(kez.ChannelBadContent, "%s names no ActivityPub profile of the account", host).
			WithHint("the account may be of another service than the fediverse")
	}
	if err != nil {
		f.Failed(fingerURL, err)
		return f
	}
	a, err := c.actor(ctx, finger.self)
	if err != nil {
		f.Failed(finger.self.String(), err)
		return f
	}
	if err := c.owned(ctx, a, finger, host, asked); err != nil {
		f.Failed(a.url.String(), err)
		return f
	}
	read(f, a)
	return f
}

// owned checks every other host that had a say in which document this is.
func (c Channel) owned(ctx context.Context, a *actor, finger *finger, host, asked string) error {
	for _, other := range slices.Compact([]string{hostOf(finger.self), hostOf(a.url)}) {
		if other == host {
			continue
		}
		if a.name == "" {
			return mismatch("the profile at %s does not say its name, which %s would have to confirm", a.url, kez.Quote(other))
		}
		if !strings.EqualFold(finger.subject, asked) {
			return mismatch("WebFinger of %s speaks of %s, not of %s", host, kez.Quote(finger.subject), asked)
		}
		back, err := c.webFinger(ctx, webFingerURL(other, "acct:"+a.name+"@"+other))
		if code := kez.CodeOf(err); code == kez.ChannelAccountMissing {
			return mismatch("%s leads to %s, which does not know the account", host, kez.Quote(other))
		} else if err != nil {
			return err
		}
		if back.self == nil || back.self.String() != finger.self.String() || !strings.EqualFold(back.subject, asked) {
			return mismatch("%s leads to %s, which says that %s is another account", host, kez.Quote(other), kez.Quote(a.name))
		}
	}
	return nil
}

func mismatch(format string, args ...any) error {
	return kez.Errorf(kez.ChannelOwnerMismatch, format, args...).
		WithHint("the host that holds the profile has to confirm the account; ask for the name that the profile itself shows")
}

// read scans the summary and the properties.
func read(f *channel.Finding, a *actor) {
	at := a.url.String()
	f.Saw(at, fmt.Sprintf("a profile with %d properties", len(a.properties)))
	scan(f, at, "summary", a.summary)
	for i, value := range a.properties {
		scan(f, at, fmt.Sprintf("property %d", i+1), value)
	}
}

func scan(f *channel.Finding, at, part, source string) {
	if source == "" {
		return
	}
	found, err := encoding.ScanText([]byte(plain(source)))
	for i := range found {
		found[i].Where = part + ", " + found[i].Where
	}
	f.Add(at, found, err)
}

// hostOf gives the host of an https URL, with its port where that is unusual.
func hostOf(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

// get fetches a document for those who did not sign in.
func (c Channel) get(ctx context.Context, at, accept string) (*channel.Response, error) {
	response, err := c.Client.Get(ctx, channel.Request{URL: at, Origin: channel.Origin{Base: c.Base}, Accept: accept})
	if err != nil {
		return nil, err
	}
	host := kez.Quote(response.URL.Host)
	switch response.Status {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return nil, kez.Errorf(kez.ChannelAccountMissing, "%s has no such account (status %d)", host, response.Status).
			WithHint("check the spelling; the account may be gone or suspended")
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, kez.Errorf(kez.ChannelUnreachable, "the server wants signed requests (%s, status %d)", host, response.Status).
			WithHint("the server shows profiles to other servers alone; nobody without an account there can verify this one")
	default:
		return nil, kez.Errorf(kez.ChannelBadContent, "%s answers with the status %d", host, response.Status)
	}
	if channel.IsHTML(response) {
		return nil, kez.Errorf(kez.ChannelBadContent, "%s answers with a web page", host).
			WithHint("the host may have no ActivityPub server, or a proxy stands in the way")
	}
	return response, nil
}
