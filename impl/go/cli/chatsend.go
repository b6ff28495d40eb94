package cli

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/kez"
)

type registerOutput struct {
	Handle       string `json:"handle"`
	Server       string `json:"server"`
	Primary      string `json:"primary"`
	RegisteredAt string `json:"registered_at"`
}

func (a *app) chatRegister() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "register HANDLE",
		Short: "Take a handle at a relay, so that others can write to you",
		Long: `Take a handle at a relay, so that others can write to you. A primary has one handle
at a relay; to ask again for your own is no error. A handle has 3 to 32 of a-z,
0-9, _ and -.`,
		Example: `  kez chat register alice --key me
  kez chat register alice --key me --server https://relay.example`,
		Args: exactly(1),
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			handle, _, err := c.TypedHandle(ctx, args[0])
			if err != nil {
				return err
			}
			_, contact, err := c.Register(ctx, handle)
			if err != nil {
				return err
			}
			if a.json {
				a.printJSON(registerOutput{contact.Handle, contact.Server, contact.Primary.String(), contact.RegisteredAt})
				return nil
			}
			a.print(plain("registered @"+contact.Handle+" at "+contact.Server) + "\n")
			a.note("others write to you with: kez chat send %s", contact.Handle)
			return nil
		})
	}
	return cmd
}

type sendOutput struct {
	To        string `json:"to"`
	Primary   string `json:"primary"`
	Seq       int64  `json:"seq"`
	CreatedAt string `json:"created_at"`
}

func (a *app) chatSend() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "send TO [TEXT|-]",
		Short: "Send a message",
		Long: `Send a message. TO is a handle, with or without @, a primary, or any account that
has proven its primary, such as github:alice. TEXT stands in the argument list, which
other users of this machine can read; with - or without TEXT it is read from
standard input.

Where the relay cannot be reached the message is kept, the exit code is 3, and the
next send, inbox or tail that reaches the relay sends it.`,
		Example: `  kez chat send bob "are you there?" --key me
  echo "meet me at noon" | kez chat send @bob - --key me
  kez chat send github:bob "hello" --key me`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return exactly(2)(cmd, args)
			}
			return atMost(2)(cmd, args)
		},
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := typedPeer(args[0]); err != nil {
			return err
		}
		if len(args) == 1 {
			if in, ok := a.env.Stdin.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
				return usage("the message is missing").WithHint("give the text, or pipe it into the command")
			}
			args = append(args, "-")
		}
		body, err := a.messageText(args[1], f.secret)
		if err != nil {
			return err
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			peer, err := c.Resolve(ctx, args[0])
			if err != nil {
				return err
			}
			m, err := c.Send(ctx, peer.Primary, body)
			if err != nil {
				return err
			}
			if a.json {
				a.printJSON(sendOutput{peer.Handle, peer.Primary.String(), m.Seq, kez.FormatTime(m.CreatedAt)})
				return nil
			}
			a.print(plain("sent to "+peer.Label()) + "\n")
			return nil
		})
	}
	return cmd
}

// messageText gives the text of a message; of standard input without its last
// newline.
func (a *app) messageText(arg string, secret *secretFlags) (string, error) {
	text := arg
	if arg == "-" {
		if secret.file.value == "-" {
			return "", usage("the secret and the message cannot both come from standard input").WithHint("put the secret into a file, or name a stored key")
		}
		data, err := readAll(a.env.Stdin, chat.MaxEnvelope)
		if err != nil {
			return "", err
		}
		text = strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	}
	if text == "" {
		return "", usage("the message is empty").WithHint("give the text, or - and the text on standard input")
	}
	return text, nil
}
