package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

type readOutput struct {
	Peer     peerOutput        `json:"peer"`
	Messages []session.Message `json:"messages"`
}

func (a *app) chatRead() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "read PEER",
		Short: "Show the conversation with somebody",
		Long: `Show the last messages with somebody as they are kept on this machine; no relay is
asked. It marks them as read.`,
		Example: `  kez chat read bob --key me
  kez chat read bob --limit 500 --key me --json`,
		Args: exactly(1),
	}
	f := addChatFlags(cmd)
	limit := stringFlag(cmd, "limit", "N", "50", "show at most so many messages")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		most, err := strconv.Atoi(limit.value)
		if err != nil || most < 1 {
			return usage("--limit is no number from 1 on")
		}
		if err := typedPeer(args[0]); err != nil {
			return err
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error { return a.read(ctx, c, args[0], most) })
	}
	return cmd
}

func (a *app) read(ctx context.Context, c *chatting, who string, most int) error {
	p, found, err := c.Find(ctx, who)
	if err != nil {
		return err
	}
	if !found {
		return kez.Errorf(kez.HandleUnknown, "there is no conversation with %s", kez.Quote(who)).
			WithHint("kez chat contacts and kez chat requests list those that there are")
	}
	thread, err := c.Thread(ctx, p.Primary, -1, most)
	if err != nil {
		return err
	}
	if err := c.MarkRead(ctx, p.Primary); err != nil {
		return err
	}
	if a.json {
		a.printJSON(readOutput{peersOutput([]session.Peer{p})[0], thread})
		return nil
	}
	for _, m := range thread {
		who := p.Label()
		if m.Mine {
			who = "you"
		}
		a.showGap(m.MissingBefore, p.Name)
		line := kez.FormatTime(m.SentAt) + "  " + who
		switch m.State {
		case session.Queued:
			line += "  (not sent yet)"
		case session.Failed:
			line += fmt.Sprintf("  (not sent: %s, %s)", m.Code, m.Reason)
		}
		a.print(plain(line) + "\n" + indented(m.Body))
	}
	return nil
}
