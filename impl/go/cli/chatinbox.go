package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

type inboxOutput struct {
	Messages []session.Listed `json:"messages"`
	Next     int64            `json:"next"`
	Epoch    string           `json:"epoch"`
	More     bool             `json:"more"`
}

func (a *app) chatInbox() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "inbox [HANDLE]",
		Short: "Fetch messages and list them",
		Long: `Fetch the messages that the relay has for you, open them, and list them. A message
that is refused is listed with its code and stops nothing. What is new is kept, and
shows with kez chat read too.`,
		Example: `  kez chat inbox --key me
  kez chat inbox alice --since 42 --key me --json`,
		Args: atMost(1),
	}
	f := addChatFlags(cmd)
	since := stringFlag(cmd, "since", "N", "0", "list what came after this seq")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		from, err := relay.ParseNumber("--since", since.value)
		if err != nil {
			return usage("--since is no number from 0 on")
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			handle := ""
			if len(args) == 1 {
				if handle, _, err = c.TypedHandle(ctx, args[0]); err != nil {
					return err
				}
			}
			out := inboxOutput{Messages: []session.Listed{}}
			end, more, err := c.Inbox(ctx, handle, from, func(l session.Listed) error {
				if a.json {
					out.Messages = append(out.Messages, l)
				} else {
					a.showListed(l)
				}
				return a.writeErr
			})
			if err != nil {
				return err
			}
			if a.json {
				out.Next, out.Epoch, out.More = end.Seq, end.Epoch, more
				a.printJSON(out)
			} else if more {
				a.note("there is more: kez chat inbox --since %d", end.Seq)
			}
			return nil
		})
	}
	return cmd
}

func (a *app) showListed(l session.Listed) {
	if l.Code != "" {
		a.print(plain(fmt.Sprintf("%d  %s  refused  %s: %s", l.Seq, l.CreatedAt, l.Code, l.Reason)) + "\n")
		return
	}
	a.showGap(l.MissingBefore, l.Name)
	a.print(plain(fmt.Sprintf("%d  %s  %s", l.Seq, l.SentAt, l.Label)) + "\n" + indented(l.Body))
}

// showGap tells of messages that should stand here and never came (KEZ-MSG-016).
func (a *app) showGap(missing int64, name string) {
	if missing > 0 {
		a.print(plain(fmt.Sprintf("   (%d from %s missing here)", missing, name)) + "\n")
	}
}

// indented is a body as it may stand on a terminal, so that no line of it looks
// like one of the program.
func indented(body string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(body, "\r\n", "\n"), "\n"), "\n") {
		b.WriteString("    " + plain(line) + "\n")
	}
	return b.String()
}

func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usage("%s takes at most %d argument(s), and %d were given", cmd.CommandPath(), n, len(args)).
			WithHint("%s", cmd.UseLine())
	}
}

// tailLine is what tail prints with --json, one a line.
type tailLine struct {
	Kind    session.EventKind `json:"kind"`
	Name    string            `json:"name"`
	From    string            `json:"from"`
	Body    string            `json:"body"`
	SentAt  string            `json:"sent_at"`
	Seq     int64             `json:"seq"`
	Code    kez.Code          `json:"code"`
	Message string            `json:"message"`
	Missing int64             `json:"missing_before"`
	Status  session.Status    `json:"status"` // of the peer, "" where there is none
}

func (a *app) chatTail() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show messages as they come",
		Long: `Show messages as they come, until you end it. What waits to be sent is sent as soon
as the relay answers. With --json every event is one object on a line: message,
refused, sent, peer, changed, online, offline. The text of somebody who is held back
or was declined shows with kez chat read, and with --json.`,
		Example: `  kez chat tail --key me
  kez chat tail --count 1 --json --key me`,
		Args: exactly(0),
	}
	f := addChatFlags(cmd)
	count := stringFlag(cmd, "count", "N", "0", "end after so many messages, 0 for never")
	cmd.RunE = func(*cobra.Command, []string) error {
		most, err := strconv.Atoi(count.value)
		if err != nil || most < 0 {
			return usage("--count is no number from 0 on")
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			n := 0
			err := c.Follow(ctx, func(e session.Event) {
				if most > 0 && n == most {
					return // what comes after is kept, and shows with read
				}
				a.showEvent(e)
				if e.Kind == session.EventMessage {
					n++
				}
				if a.writeErr != nil || most > 0 && n == most {
					cancel()
				}
			})
			if errors.Is(err, context.Canceled) {
				return nil // by the count, or by the person
			}
			return err
		})
	}
	return cmd
}

func (a *app) showEvent(e session.Event) {
	m := e.Message
	if a.json {
		line := tailLine{Kind: e.Kind, Name: e.Peer.Name, From: m.Peer.String(), Body: m.Body, Seq: m.Seq, Code: m.Code, Message: m.Reason, Missing: m.MissingBefore, Status: e.Peer.Status}
		switch e.Kind {
		case session.EventMessage, session.EventSent:
			line.SentAt = kez.FormatTime(m.SentAt)
		case session.EventRefused:
			line.Seq, line.Code, line.Message = e.Refused.Seq, e.Refused.Code, e.Refused.Reason
		}
		if e.Err != nil {
			line.Code, line.Message = kez.CodeOf(e.Err), e.Err.Error()
		}
		a.printJSON(line)
		return
	}
	switch e.Kind {
	case session.EventMessage:
		a.showGap(m.MissingBefore, e.Peer.Name)
		a.print(plain(kez.FormatTime(m.SentAt)+"  "+e.Peer.Label()+strangerMark(e.Peer)) + "\n")
		if e.Peer.Status != session.Held && e.Peer.Status != session.Declined { // those stand in their thread alone
			a.print(indented(m.Body))
		}
	case session.EventRefused:
		a.print(plain(fmt.Sprintf("refused message %d  %s: %s", e.Refused.Seq, e.Refused.Code, e.Refused.Reason)) + "\n")
	case session.EventSent:
		a.note("to %s, written at %s: %s", e.Peer.Name, kez.FormatTime(m.SentAt), m.State)
	case session.EventChanged:
		a.warn("%s", e.Err)
	case session.EventOnline:
		a.note("connected")
	case session.EventOffline:
		a.note("not connected: %s", e.Err)
	}
}

// strangerMark tells messages of people who were never answered.
func strangerMark(p session.Peer) string {
	switch p.Status {
	case session.Request:
		return "  (request)"
	case session.Held:
		return "  (request, held back)"
	case session.Declined:
		return "  (declined)"
	}
	return ""
}
