// Package examplechannel is a whole channel for a made-up system, forge, to be copied
// by whoever adds a real one. It is in no registry, and uses nothing that a module
// of your own could not.
//
// # The system
//
// forge.example is a site where people have a name and say something about
// themselves. A proof of forge:alice is a token or a fence in alice's own text,
// which https://forge.example/api/users/alice gives as JSON:
//
//	{"name": "alice", "number": 7, "about": "I am kez:b1:…"}
//
// # Steps to a channel of your own
//
//  1. Decide which places only the account itself can write to, and how its
//     identity is spelt: package kez holds the grammar of each system. A system
//     it does not know takes any visible ASCII, so escape the value in URLs.
//  2. Fetch through [channel.Client]: it has the deadlines, the limits and the
//     rules for addresses that come out of data.
//  3. Check on everything that comes back whose it is. The URL alone proves
//     nothing: services follow renamed accounts, list other people's things and
//     redirect.
//  4. Tell apart: a place looked at ([channel.Finding.Saw]), one that could not
//     be, and an account that is not there (both [channel.Finding.Failed]). A
//     failure must never read as "no proof" (KEZ-CHAN-017).
//  5. Hand every text to a scan of package encoding, and what it finds to
//     [channel.Finding.Add]. Signatures and subjects are judged elsewhere.
//  6. Put a value into the registry where the others are.
//
// The tests beside this file are part of the example: each way in which a
// service fails has one. They reach their stand-in through Base; a channel that
// has no such member is tested with [channel.WithTransport].
package examplechannel

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

const root = "https://forge.example"

// Channel answers for forge identities.
type Channel struct {
	// Client is shared by all channels.
	Client *channel.Client
	// Base is an endpoint that the user configured in the place of
	// https://forge.example, or "". Tests need one, and so do mirrors.
	Base string
}

// System is "forge": what stands before the colon of an identity.
func (Channel) System() string { return "forge" }

// Verify fetches the one document that an account writes. A channel with
// several places goes on after one of them failed, and reports each.
func (c Channel) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	name := id.Canonical().Value()
	at := root + "/api/users/" + url.PathEscape(name)
	account, err := c.fetch(ctx, at, name)
	if err != nil {
		f.Failed(at, err)
		return f
	}
	// What stays the same when a name gets another owner. "" where a system has
	// no such thing.
	f.Account = strconv.FormatInt(account.Number, 10)
	f.Saw(at, "a profile")
	// ScanText is for what people write, ScanMarkdown for Markdown documents,
	// ReadTXT for DNS. That a text holds no proof is an error of the scan, which
	// Add knows.
	found, err := encoding.ScanText([]byte(account.About))
	f.Add(at, found, err)
	return f
}

// account is the part of the answer that matters. Another service's JSON is
// taken as it comes; what is signed is read strictly, elsewhere.
type account struct {
	Name   string `json:"name"`
	Number int64  `json:"number"`
	About  string `json:"about"`
}

// fetch gets an account. Each error has one of the codes that Place names, and a
// hint where somebody can do something about it.
func (c Channel) fetch(ctx context.Context, at, name string) (*account, error) {
	response, err := c.Client.Get(ctx, channel.Request{
		URL: at, Origin: channel.Origin{Base: c.Base, Root: root}, Accept: "application/json", Redirect: stay,
	})
	if err != nil {
		return nil, err // unreachable, rate_limited, bad_content or too_large
	}
	switch {
	case channel.IsHTML(response): // also with 404: then it is not the API that answers
		return nil, kez.Errorf(kez.ChannelBadContent, "forge answers with a web page").
			WithHint("a proxy may stand in the way")
	case response.Status == http.StatusNotFound:
		return nil, kez.Errorf(kez.ChannelAccountMissing, "forge has no account %s", name).
			WithHint("check the spelling")
	case response.Status == http.StatusUnauthorized, response.Status == http.StatusForbidden:
		return nil, kez.Errorf(kez.ChannelUnreachable, "forge does not show the account %s to everybody", name).
			WithHint("the owner has to make the profile public")
	case response.Status != http.StatusOK:
		return nil, kez.Errorf(kez.ChannelBadContent, "forge answers with the status %d", response.Status)
	}
	a := &account{}
	if err := json.Unmarshal(response.Body, a); err != nil || a.Name == "" {
		return nil, kez.Errorf(kez.ChannelBadContent, "forge does not answer with an account")
	}
	if !strings.EqualFold(a.Name, name) {
		return nil, kez.Errorf(kez.ChannelOwnerMismatch, "forge answers with the account %s", kez.Quote(a.Name)).
			WithHint("the account may have been renamed")
	}
	return a, nil
}

// stay refuses redirects to other hosts. Those to http, or to addresses inside
// of a network, are refused by the client already.
func stay(from, to *url.URL) error {
	if from.Host != to.Host {
		return kez.Errorf(kez.ChannelBadContent, "forge redirects to another host, %s", kez.Quote(to.Host))
	}
	return nil
}
