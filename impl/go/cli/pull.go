package cli

import (
	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain/chainfile"
	"kez.lat/kez/impl/go/verify"
)

type pullOutput struct {
	Primary kez.Identity    `json:"primary"`
	Length  int             `json:"length"`
	Head    string          `json:"head"`
	Changed bool            `json:"changed"`
	Sources []verify.Source `json:"sources"`
}

func (a *app) sigchainPull() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pull",
		Short: "Fetch a published chain and keep it where it is longer",
		Long: `Ask the stores, and of a nostr primary the relays too, for the chain; with --at a
web site or a domain where it is published too. What they have is verified, and kept
where it extends the chain on this machine. A shorter chain or another branch never
replaces what is kept; of a fork the evidence is kept.`,
		Example: `  kez sigchain pull --key me
  kez sigchain pull --key me --at web:example.com
  kez sigchain pull --primary ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29`,
		Args: exactly(0),
	}
	o := addOwner(cmd)
	servers := listFlag(cmd, "server", "URL", "ask this store; again for another")
	at := listFlag(cmd, "at", "ID", "ask web:HOST or dns:DOMAIN too; again for another")
	cmd.RunE = func(*cobra.Command, []string) error {
		primary, err := a.ownerID(o)
		if err != nil {
			return err
		}
		places, err := placesOf(at.values)
		if err != nil {
			return err
		}
		return a.pull(primary, servers, places)
	}
	return cmd
}

// placesOf reads identities that have a place for a chain.
func placesOf(typed []string) ([]kez.Identity, error) {
	places := make([]kez.Identity, len(typed))
	for i, text := range typed {
		id, err := typedIdentity(text)
		if err != nil {
			return nil, err
		}
		if id.System() != (web.Channel{}).System() && id.System() != (dns.Channel{}).System() {
			return nil, usage("no chain is published at %s", id).WithHint("--at takes web:HOST or dns:DOMAIN")
		}
		places[i] = id
	}
	return places, nil
}

func (a *app) pull(primary kez.Identity, servers *list, places []kez.Identity) error {
	settings, err := a.settings(setting("stores", "--server", servers)...)
	if err != nil {
		return err
	}
	sources, err := sourcesOf(settings, "", a.clock().Now)
	if err != nil {
		return err
	}
	h, err := a.home()
	if err != nil {
		return err
	}
	kept := chainfile.In(h)
	ctx, stop := untilEnded()
	defer stop()
	a.progress("asking for the chain of %s", primary)
	p, err := (&verify.Verifier{Sources: sources, Kept: &kept}).Begin(ctx).Pull(ctx, primary, places...)
	a.progress("")
	if ctx.Err() != nil {
		return interrupted()
	}
	if err != nil {
		return err
	}
	if p.Failed != nil {
		return p.Failed
	}
	out := pullOutput{Primary: primary, Length: p.State.Length, Changed: p.Changed, Sources: p.Sources}
	if p.State.Length > 0 {
		out.Head = p.State.Head.String()
	}
	if a.json {
		a.printJSON(out)
		return nil
	}
	word := "same    "
	if p.Changed {
		word = "changed "
	}
	a.printf("%s %d events of %s\n", word, out.Length, out.Primary)
	t := &table{}
	t.row("head", out.Head)
	a.print(t.String())
	for _, s := range p.Sources {
		a.printf("  %s\n", plain(sourceLine(s)))
	}
	return nil
}
