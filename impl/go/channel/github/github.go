// Package github looks for the proofs of a GitHub account in its public gists
// and in its profile README (KEZ-CHAN-031 to 038).
//
// # The README
//
// It counts where the gists gave no valid proof (KEZ-CHAN-036). What is valid
// depends on the chain, the clock and the primary that is asked for, none of
// which a channel knows; a gist that is expired, revoked or somebody else's must
// not hide a good README. So the README is always read, beside the gist files.
//
// # Accounts that are gone
//
// Raw content outlives an account's name: after a renaming it stays under the
// old one. Where the API says that there is no such account, or leads to one of
// another name, the README is therefore not read at all.
package github

import (
	"context"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

const (
	apiRoot    = "https://api.github.com"
	apiHost    = "api.github.com"
	gistHost   = "gist.githubusercontent.com"
	readmeHost = "raw.githubusercontent.com"
)

// Channel answers for github identities.
type Channel struct {
	Client *channel.Client
	// API is KEZ_GITHUB_API_URL, or "".
	API string
	// Raw is KEZ_GITHUB_RAW_URL, or "".
	Raw string
	// Token is GITHUB_TOKEN, or "". The API gets it and nobody else.
	Token string
}

// System is "github".
func (Channel) System() string { return "github" }

// Verify looks at the gists of an account and at its README.
func (c Channel) Verify(ctx context.Context, id kez.Identity) *channel.Finding {
	login := id.Canonical().Value()
	l := &listing{Channel: c, login: login, finding: &channel.Finding{}}
	exists := l.run(ctx)
	documents := l.documents()
	if exists {
		documents = append(documents, document{url: "https://" + readmeHost + "/" + login + "/" + login + "/HEAD/README.md"})
	}
	c.read(ctx, documents, l.finding)
	return l.finding
}
