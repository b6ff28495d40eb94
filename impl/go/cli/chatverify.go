package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

type chatVerifyOutput struct {
	peerOutput
	SafetyNumber string `json:"safety_number"`
	Graph        *graph `json:"graph"`
}

func (a *app) chatVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify PEER",
		Short: "Show the safety number with somebody, and their identity graph",
		Long: `Show the number that you and a peer compare, over the phone or face to face: where
it is the same on both sides, nobody stands between you. Then verify the accounts
that the relay and the peer's chain name, and show them all as kez graph does. The
exit code is 0 whatever they are: the number alone tells whose the key is.`,
		Example: `  kez chat verify bob --key me`,
		Args:    exactly(1),
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := typedPeer(args[0]); err != nil {
			return err
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			p, err := c.peer(ctx, args[0])
			if err != nil && !errors.Is(err, kez.MessagePeerChanged) {
				return err
			}
			p, g, err := a.lookAt(ctx, c, p)
			if err != nil {
				return err
			}
			if a.json {
				a.printJSON(chatVerifyOutput{peersOutput([]session.Peer{p})[0], c.SafetyNumber(p.Primary), g})
				return nil
			}
			a.showVerified(c, p, g)
			return nil
		})
	}
	return cmd
}

// lookAt asks the relay and the channels about a peer. Without the relay there is
// still what the chain names.
func (a *app) lookAt(ctx context.Context, c *chatting, p session.Peer) (session.Peer, *graph, error) {
	c.look.graph = nil
	now, err := c.Look(ctx, p.Primary, true)
	switch {
	case err == nil:
		p = now
	case errors.Is(err, kez.MessagePeerChanged):
		p = now
	case session.Unreachable(err), p.Changed != nil, errors.Is(err, kez.HandleUnknown):
		a.warn("the relay was not heard on which accounts to verify: %s", err)
	default:
		return p, nil, err
	}
	if c.look.graph == nil {
		now, err := c.Prove(ctx, p.Primary)
		switch {
		case err == nil:
			p = now
		case !errors.Is(err, kez.HandleUnknown):
			return p, nil, err
		default: // nobody with whom there is a conversation
			c.look.prove(ctx, p.Primary, nil)
		}
	}
	if ctx.Err() != nil {
		return p, nil, interrupted()
	}
	c.look.graph.name = p.Name
	return p, c.look.graph, nil
}

func (a *app) showVerified(c *chatting, p session.Peer, g *graph) {
	t := &table{}
	a.print(plain(p.Label()) + "\n")
	t.row("number", c.SafetyNumber(p.Primary))
	if p.Changed != nil {
		t.row("NEW KEY", c.SafetyNumber(p.Changed.New))
		word := "no chain explains the change"
		if p.Changed.Rotated {
			word = "the chain of the old key hands over to it"
		}
		t.row("", word)
		t.row("do", "compare the new number with them another way, then: kez chat accept "+p.Name)
	}
	t.row("key", p.Primary.String())
	a.print(t.String() + "\n" + a.tree(g))
}
