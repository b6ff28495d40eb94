package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

func (a *app) claimCommand() *cobra.Command {
	return group("claim", "Sign \"this account is me\"",
		`A claim says that a subject, such as github:alice, belongs to your primary key.
Publish it where only that account can write: a public gist, a TXT record, a post.`,
		a.claimCreate(), a.claimDNS(), a.claimGuide())
}

// claimFlags are what every command that signs a claim takes.
type claimFlags struct {
	secret           *secretFlags
	out              *once
	force            bool
	created, expires *once
	primary          *once
}

func addClaimFlags(cmd *cobra.Command) *claimFlags {
	f := &claimFlags{secret: addSecretFlags(cmd, "", "that signs")}
	f.out = stringFlag(cmd, "out", "PATH", "", "write the proof to a new file")
	switchFlag(cmd.Flags(), &f.force, "force", "let --out replace a file")
	f.created = stringFlag(cmd, "created-at", "TIME", "", "when the claim was made, such as 2026-01-02T03:04:05Z (default now)")
	f.expires = stringFlag(cmd, "expires-at", "TIME", "", "when the claim ends (default never)")
	f.primary = stringFlag(cmd, "primary", "ID", "", "the primary that this device signs for (default the key itself)")
	return f
}

func (a *app) claimCreate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create SUBJECT",
		Short: "Sign a claim and print the proof to publish",
		Long: `Sign a claim that SUBJECT is you, and print the proof.

Formats: markdown for gists and READMEs, json for web sites, compact for nostr
posts, short where space is scarce (a TXT string, a Bluesky post; older builds
cannot read it). A DNS record has a command of its own: kez claim dns.`,
		Example: `  kez claim create github:alice --key me --format markdown --out kez.md
  kez claim create bluesky:alice.bsky.social --key me --format short`,
		Args: exactly(1),
	}
	f := addClaimFlags(cmd)
	format := choiceFlag(cmd, "format", encoding.FormJSON, "the form of the proof",
		encoding.FormJSON, encoding.FormCompact, encoding.FormMarkdown, encoding.FormShort)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		subject, err := typedIdentity(args[0])
		if err != nil {
			return err
		}
		c, err := a.sign(f, subject)
		if err != nil {
			return err
		}
		proof, err := encode(c, format.value)
		if err != nil {
			return err
		}
		if format.value == encoding.FormShort {
			a.note("older builds cannot read the short form; publish the compact form too where there is room")
		}
		return a.deliver(f, c, format.value, proof)
	}
	return cmd
}

// encode writes a claim in one of the forms, with its final newline.
func encode(c *claim.Claim, format string) (string, error) {
	switch format {
	case encoding.FormCompact:
		token, err := encoding.EncodeCompact(c.Bytes())
		return token + "\n", err
	case encoding.FormShort:
		short, err := encoding.ShortOf(c.Bytes())
		if err != nil {
			return "", err
		}
		token, err := encoding.EncodeShort(short)
		return token + "\n", err
	case encoding.FormMarkdown:
		text, err := encoding.FormatMarkdown(c.Bytes())
		return string(text), err
	}
	text, err := encoding.FormatJSON(c.Bytes())
	return string(text), err
}

// sign makes the claim that the flags describe.
func (a *app) sign(f *claimFlags, subject kez.Identity) (*claim.Claim, error) {
	now, err := a.env.now()
	if err != nil {
		return nil, err
	}
	if f.out.given {
		if err := checkOut(f.out.value, f.force); err != nil {
			return nil, err
		}
	}
	n := claim.New{Subject: subject, CreatedAt: kez.FormatTime(now)}
	if f.created.given {
		if n.CreatedAt, err = typedTime("--created-at", f.created.value); err != nil {
			return nil, err
		}
	}
	if f.expires.given {
		if n.ExpiresAt, err = typedTime("--expires-at", f.expires.value); err != nil {
			return nil, err
		}
		created, _ := kez.ParseTime(n.CreatedAt)
		if expires, _ := kez.ParseTime(n.ExpiresAt); !expires.After(created) {
			return nil, usage("--expires-at is not later than the time of the claim, %s", n.CreatedAt)
		}
	}
	if f.primary.given {
		if n.Primary, err = typedPrimary(f.primary.value); err != nil {
			return nil, err
		}
	}
	key, err := a.load(f.secret)
	if err != nil {
		return nil, err
	}
	defer key.Erase()
	if f.primary.given && n.Primary != key.Identity() && key.Identity().System() != kez.SystemEd25519 {
		return nil, usage("a device that signs for a primary has an ed25519 key").
			WithHint("leave --primary out to sign as %s", key.Identity())
	}
	return claim.Sign(n, key, now)
}

// typedTime takes any time that readers take, and leaves it as it was given.
func typedTime(flag, text string) (string, error) {
	if _, ok := kez.ParseTime(text); !ok {
		return "", usage("%s is no time of the form 2026-01-02T03:04:05Z", flag).
			WithHint("for an hour from now: date -u -d '+1 hour' +%%Y-%%m-%%dT%%H:%%M:%%SZ")
	}
	return text, nil
}

// typedIdentity reads an identity argument; whatever is wrong with it, the
// command line is.
func typedIdentity(text string) (kez.Identity, error) {
	id, err := kez.ParseTyped(text)
	if err != nil {
		return id, usageError{err}
	}
	return id, nil
}

// typedPrimary reads an identity argument that must be a key.
func typedPrimary(text string) (kez.Identity, error) {
	id, err := typedIdentity(text)
	if err != nil {
		return id, err
	}
	if !id.IsKey() {
		return id, usage("a primary is a nostr or an ed25519 identity")
	}
	return id, nil
}

type claimOutput struct {
	Subject   string `json:"subject"`
	Primary   string `json:"primary"`
	Format    string `json:"format"`
	CreatedAt string `json:"created_at"`
	ExpiresAt string `json:"expires_at"`
	Proof     string `json:"proof,omitempty"`
	Path      string `json:"path,omitempty"`
}

// deliver prints a proof, or writes it to --out and says so.
func (a *app) deliver(f *claimFlags, c *claim.Claim, format, proof string) error {
	payload := c.Payload()
	o := claimOutput{Subject: c.Subject.String(), Primary: c.Primary.String(), Format: format,
		CreatedAt: payload.Member("created_at").Text(), ExpiresAt: payload.Member("expires_at").Text()}
	if f.out.given {
		if err := writeOut(f.out.value, []byte(proof), publicMode, f.force); err != nil {
			return err
		}
		o.Path = f.out.value
		a.note("wrote %s: %s is %s", f.out.value, o.Subject, o.Primary)
	} else {
		o.Proof = proof
	}
	switch {
	case a.json:
		a.printJSON(o)
	case !f.out.given:
		a.print(proof)
	}
	return nil
}

type dnsOutput struct {
	Name    string   `json:"name"`
	TTL     int      `json:"ttl"`
	Strings []string `json:"strings"`
	Zone    string   `json:"zone"`
	Path    string   `json:"path,omitempty"`
}

func (a *app) claimDNS() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dns DOMAIN",
		Short: "Sign a claim for a domain and print the TXT record",
		Long: `Sign a claim that a domain is yours, and print the line to add to its zone.
A web panel wants the name _kez and the text between the quotes; where it takes
one string of at most 255 characters, use --format short.`,
		Example: `  kez claim dns example.com --key me
  kez claim dns example.com --key me --format short`,
		Args: exactly(1),
	}
	f := addClaimFlags(cmd)
	format := choiceFlag(cmd, "format", encoding.FormCompact, "the form of the token", encoding.FormCompact, encoding.FormShort)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		text := args[0]
		subject, err := kez.ParseTyped("dns:" + text)
		if err != nil {
			// dns:example.com names the domain as well as example.com does.
			if typed, typedErr := kez.ParseTyped(text); typedErr == nil && typed.System() == "dns" {
				subject, err = typed, nil
			}
		}
		if err != nil {
			return usageError{err}
		}
		c, err := a.sign(f, subject)
		if err != nil {
			return err
		}
		token, err := encode(c, format.value)
		if err != nil {
			return err
		}
		if format.value == encoding.FormShort {
			a.note("older builds cannot read the short form")
		}
		return a.deliverZone(f, subject.Value(), strings.TrimSuffix(token, "\n"))
	}
	return cmd
}

func (a *app) deliverZone(f *claimFlags, domain, token string) error {
	zone := encoding.FormatZone(domain, token)
	o := dnsOutput{Name: "_kez." + domain, TTL: encoding.ZoneTTL, Strings: encoding.FormatTXT(token), Zone: strings.TrimSuffix(zone, "\n")}
	if f.out.given {
		if err := writeOut(f.out.value, []byte(zone), publicMode, f.force); err != nil {
			return err
		}
		o.Path = f.out.value
		a.note("wrote %s", f.out.value)
	}
	switch {
	case a.json:
		a.printJSON(o)
	case !f.out.given:
		a.print(zone)
	}
	return nil
}
