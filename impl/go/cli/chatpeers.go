package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

// peerOutput is a peer with --json.
type peerOutput struct {
	session.Peer
	Last string `json:"last"` // time of the last message, "" for none
}

func peersOutput(peers []session.Peer) []peerOutput {
	list := make([]peerOutput, len(peers))
	for i, p := range peers {
		list[i].Peer = p
		if !p.Last.IsZero() {
			list[i].Last = kez.FormatTime(p.Last)
		}
	}
	return list
}

func (a *app) showPeers(name string, peers []session.Peer) {
	if a.json {
		a.printJSON(map[string][]peerOutput{name: peersOutput(peers)})
		return
	}
	for _, p := range peers {
		words := []string{fmt.Sprintf("%-24s", p.Label())}
		for _, part := range []struct {
			n    int64
			word string
		}{{int64(p.Unread), "unread"}, {int64(p.Queued), "queued"}, {p.Missing, "missing"}} {
			if part.n > 0 {
				words = append(words, fmt.Sprintf("%d %s", part.n, part.word))
			}
		}
		if p.Status != session.Contact {
			words = append(words, string(p.Status))
		}
		if p.Changed != nil {
			words = append(words, "KEY CHANGED: kez chat accept "+p.Name)
		}
		a.print(plain(strings.TrimRight(strings.Join(words, "  "), " ")) + "\n")
	}
}

func (a *app) chatContacts() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "contacts",
		Short:   "List the people you write with",
		Example: `  kez chat contacts --key me`,
		Args:    exactly(0),
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			return a.listPeers(ctx, c, "contacts", session.Contact)
		})
	}
	return cmd
}

func (a *app) listPeers(ctx context.Context, c *chatting, name string, statuses ...session.Status) error {
	peers, err := c.Peers(ctx)
	if err != nil {
		return err
	}
	shown := []session.Peer{}
	for _, p := range peers {
		for _, status := range statuses {
			if p.Status == status {
				shown = append(shown, p)
			}
		}
	}
	a.showPeers(name, shown)
	return nil
}

func (a *app) chatRequests() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "List people who wrote first, and accept or decline them",
		Long: `List people who wrote to you first: they wait here until you accept, decline or
answer them. Who is blocked or was declined is listed too.`,
		Example: `  kez chat requests --key me
  kez chat requests accept bob --key me
  kez chat requests decline 3b6a27bc --key me`,
		Args: noArgs,
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			return a.listPeers(ctx, c, "requests", session.Request, session.Held, session.Declined, session.Blocked)
		})
	}
	cmd.AddCommand(
		a.peerCommand("accept PEER", "Take a request", `  kez chat requests accept bob --key me`, "", "accepted", func(ctx context.Context, c *chatting, p session.Peer) error {
			return c.Accept(ctx, p.Primary)
		}),
		a.peerCommand("decline PEER", "Set a request aside", `  kez chat requests decline bob --key me`, "", "declined", func(ctx context.Context, c *chatting, p session.Peer) error {
			return c.Decline(ctx, p.Primary)
		}))
	return cmd
}

func (a *app) chatAccept() *cobra.Command {
	return a.peerCommand("accept PEER", "Take a request, or the new key of a peer", `  kez chat accept bob --key me`,
		`Take a request, or, where a handle has another key than before, take that new key.
Compare the number of kez chat verify with your peer first, over another way than
this relay. The new key gets a conversation of its own.`, "accepted", func(ctx context.Context, c *chatting, p session.Peer) error {
			if p.Changed == nil {
				return c.Accept(ctx, p.Primary)
			}
			_, err := c.AcceptChange(ctx, p.Primary)
			return err
		})
}

func (a *app) chatAcceptRelay() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "accept-relay",
		Short: "Take the new name of a relay",
		Long: `Take the name that the relay has now. Handles belong to a name, so a relay with a new
one is refused until you say that it is right; its handles are then met anew.`,
		Example: `  kez chat accept-relay --key me`,
		Args:    exactly(0),
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			name, err := c.AcceptRelay(ctx)
			if err != nil {
				return err
			}
			if a.json {
				a.printJSON(map[string]string{"server": name})
				return nil
			}
			a.print("accepted the relay " + plain(name) + "\n")
			return nil
		})
	}
	return cmd
}

func (a *app) chatBlock() *cobra.Command {
	return a.peerCommand("block PEER", "Take nothing from somebody any more", `  kez chat block mallory --key me`,
		"", "blocked", func(ctx context.Context, c *chatting, p session.Peer) error { return c.Block(ctx, p.Primary) })
}

func (a *app) chatUnblock() *cobra.Command {
	return a.peerCommand("unblock PEER", "End a block", `  kez chat unblock mallory --key me`,
		"", "unblocked", func(ctx context.Context, c *chatting, p session.Peer) error { return c.Unblock(ctx, p.Primary) })
}

// peerCommand makes a command that does one thing to one peer.
func (a *app) peerCommand(use, short, example, long, done string, do func(context.Context, *chatting, session.Peer) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Long: long, Example: example, Args: exactly(1)}
	f := addChatFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := typedPeer(args[0]); err != nil {
			return err
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			p, err := c.peer(ctx, args[0])
			if err != nil {
				return err
			}
			before := p
			if err := a.later(done, do(ctx, c, p)); err != nil {
				return err
			}
			if now, found, err := c.Find(ctx, args[0]); err == nil && found {
				p = now // also where the name means another key now
			}
			if a.json {
				a.printJSON(peersOutput([]session.Peer{p})[0])
				return nil
			}
			a.print(plain(done+" "+p.Label()) + "\n")
			if p.Primary != before.Primary {
				a.print("the number with the new key is " + c.SafetyNumber(p.Primary) + "\n")
			}
			return nil
		})
	}
	return cmd
}
