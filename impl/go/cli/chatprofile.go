package cli

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

func (a *app) chatWhoami() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "whoami",
		Short:   "Show your handle and your key",
		Example: `  kez chat whoami --key me`,
		Args:    exactly(0),
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			me, err := c.FindMe(ctx)
			if err != nil {
				return err
			}
			if a.json {
				a.printJSON(me)
				return nil
			}
			a.print(plain("@"+me.Handle+" at "+me.Server+"  "+me.Primary.String()) + "\n")
			return nil
		})
	}
	return cmd
}

func (a *app) chatPolicy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy [anyone|registered|contacts]",
		Short: "Show or set who may write to you",
		Long: `Show or set who may write to you. The relay keeps the word: anyone, people with a
handle there (registered), or your contacts. --min-proofs is kept here: strangers
with fewer accounts that verify, such as a GitHub login or a domain, are held back.`,
		Example: `  kez chat policy --key me
  kez chat policy registered --min-proofs 1 --key me`,
		Args: atMost(1),
	}
	f := addChatFlags(cmd)
	proofs := stringFlag(cmd, "min-proofs", "N", "", "hold strangers back who have fewer accounts that verify")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			p, err := c.Policy(ctx)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				switch args[0] {
				case relay.AcceptAnyone, relay.AcceptRegistered, relay.AcceptContacts:
					p.Accept = args[0]
				default:
					return usage("a policy is anyone, registered or contacts")
				}
			}
			if proofs.given {
				if p.MinProofs, err = strconv.Atoi(proofs.value); err != nil {
					return usage("--min-proofs is no number")
				}
			}
			if len(args) == 1 || proofs.given {
				if err := a.later("the policy is set here", c.SetPolicy(ctx, p)); err != nil {
					return err
				}
			}
			if a.json {
				a.printJSON(p)
				return nil
			}
			a.printf("%s may write to you", map[string]string{relay.AcceptAnyone: "anyone", relay.AcceptRegistered: "who has a handle here",
				relay.AcceptContacts: "your contacts"}[p.Accept])
			if p.MinProofs > 0 {
				a.printf("; strangers with fewer than %d proven accounts are held back", p.MinProofs)
			}
			a.print("\n")
			return nil
		})
	}
	return cmd
}

func (a *app) chatProofs() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "proofs IDENTITY…",
		Short: "Show others which of your accounts to verify",
		Long: `Show others, on your relay profile, which of your accounts to verify. The list says
nothing by itself: who reads it verifies each account where it is published.`,
		Example: `  kez chat proofs github:alice dns:example.com --key me
  kez chat proofs --none --key me`,
	}
	f := addChatFlags(cmd)
	var none bool
	switchFlag(cmd.Flags(), &none, "none", "show none")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if none && len(args) > 0 || !none && len(args) == 0 || len(args) > relay.MaxProofs {
			return usage("%s takes 1 to %d identities, or --none", cmd.CommandPath(), relay.MaxProofs)
		}
		accounts := make([]kez.Identity, len(args))
		for i, text := range args {
			var err error
			if accounts[i], err = typedIdentity(text); err != nil {
				return err
			}
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			if err := c.SetProofs(ctx, accounts); err != nil {
				return err
			}
			if a.json {
				a.printJSON(map[string][]kez.Identity{"proofs": accounts})
				return nil
			}
			a.printf("%d account(s) shown\n", len(accounts))
			return nil
		})
	}
	return cmd
}
