package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// guide is how a claim is published in one channel.
type guide struct {
	formats []string // that fit, the first by default
	limit   int      // characters that the place takes, 0 for no limit worth naming
	place   string
	steps   func(subject kez.Identity, form string) []string
}

// guideOf gives the guide of a system's channel, or false.
func guideOf(system string) (guide, bool) {
	switch system {
	case "github":
		return guide{[]string{encoding.FormMarkdown, encoding.FormJSON}, 0, "a public gist", func(id kez.Identity, _ string) []string {
			return []string{"sign in to GitHub as " + id.Value() + " and open https://gist.github.com",
				"name the file kez.md and paste the text below as it is", "choose \"Create public gist\""}
		}}, true
	case "dns":
		return guide{[]string{encoding.FormCompact, encoding.FormShort}, 0, "a TXT record", func(id kez.Identity, _ string) []string {
			return []string{"open the DNS settings of " + id.Value(),
				"add a TXT record with the name _kez and the value below; where the panel takes one string of at most 255 characters, use --format short",
				"wait until it shows: dig +short TXT _kez." + id.Value()}
		}}, true
	case "web":
		return guide{[]string{encoding.FormJSON, encoding.FormCompact, encoding.FormShort}, 0, "a file", func(id kez.Identity, _ string) []string {
			return []string{"put the text below into a file that is served, without a redirect to another host, at",
				"https://" + id.Value() + "/.well-known/kez.json"}
		}}, true
	case kez.SystemNostr:
		return guide{[]string{encoding.FormCompact, encoding.FormShort, encoding.FormMarkdown}, 0, "a note or the profile", func(kez.Identity, string) []string {
			return []string{"sign in to a nostr client with this key", "put the text below into the about field of the profile, or publish it as a note",
				"older notes fall out of reach: of the kind 1 only the newest 200 are read"}
		}}, true
	case "bluesky":
		return guide{[]string{encoding.FormShort}, 300, "a post", func(id kez.Identity, _ string) []string {
			return []string{"sign in to Bluesky as " + id.Value(), "publish a post that holds the text below and nothing that touches it",
				"do not delete the post"}
		}}, true
	case "ap":
		return guide{[]string{encoding.FormShort, encoding.FormCompact}, 500, "the profile", func(id kez.Identity, form string) []string {
			place := "put the text below into the bio; an extra field takes 255 characters, which the short form alone fits"
			if form == encoding.FormShort {
				place = "add an extra field with the label KEZ and the text below as its content, or put it into the bio"
			}
			return []string{"sign in as " + id.Value() + " and open the profile settings", place}
		}}, true
	}
	return guide{}, false
}

func (a *app) claimGuide() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "guide SUBJECT",
		Short: "Sign a claim and say step by step how to publish it",
		Long: `Sign a claim that SUBJECT is you, and say exactly where to paste which text. A form
that does not fit the place is refused.`,
		Example: `  kez claim guide github:alice --key me
  kez claim guide bluesky:alice.bsky.social --key me`,
		Args: exactly(1),
	}
	f := addClaimFlags(cmd)
	format := choiceFlag(cmd, "format", "", "the form of the proof (default what fits best)",
		encoding.FormJSON, encoding.FormCompact, encoding.FormMarkdown, encoding.FormShort)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		subject, err := typedIdentity(args[0])
		if err != nil {
			return err
		}
		g, ok := guideOf(subject.System())
		if !ok {
			return kez.Errorf(kez.ChannelUnknownSystem, "no channel answers for %s identities, so nobody could find the proof", subject.System()).
				WithHint("dns, github, web, nostr, bluesky and ap have one")
		}
		form, err := g.choose(format)
		if err != nil {
			return err
		}
		c, err := a.sign(f, subject)
		if err != nil {
			return err
		}
		proof, err := encode(c, form)
		if err != nil {
			return err
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(proof)); g.limit > 0 && n > g.limit {
			return usage("the proof has %d characters, and %s takes %d", n, g.place, g.limit).WithHint("here fits: %s", strings.Join(g.formats, ", "))
		}
		return a.showGuide(g, subject, form, proof)
	}
	return cmd
}

// choose takes the asked form where it fits.
func (g guide) choose(asked *once) (string, error) {
	if !asked.given {
		return g.formats[0], nil
	}
	for _, form := range g.formats {
		if form == asked.value {
			return form, nil
		}
	}
	return "", usage("the form %s does not fit %s", asked.value, g.place).WithHint("here fits: %s", strings.Join(g.formats, ", "))
}

func (a *app) showGuide(g guide, subject kez.Identity, form, proof string) error {
	text := strings.TrimSuffix(proof, "\n")
	steps := append(g.steps(subject, form), "check it: kez verify id "+subject.String())
	if a.json {
		a.printJSON(struct {
			Subject string   `json:"subject"`
			Format  string   `json:"format"`
			Steps   []string `json:"steps"`
			Proof   string   `json:"proof"`
		}{subject.String(), form, steps, text})
		return nil
	}
	for i, step := range steps[:len(steps)-1] {
		a.print(fmt.Sprintf("%d. %s\n", i+1, step))
	}
	a.print("\n" + text + "\n\n" + fmt.Sprintf("%d. %s\n", len(steps), steps[len(steps)-1]))
	if form == encoding.FormShort {
		a.note("older builds cannot read the short form")
	}
	return nil
}
