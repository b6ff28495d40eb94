package cli

import (
	"context"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kez.lat/kez/impl/go/chat/tui"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func (a *app) chatTUI() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tui",
		Short: "Read and write on the whole terminal",
		Long: `Read and write on the whole terminal, live: conversations to the left, messages and
what you write to the right. It needs 80 columns and 24 lines to look well, works
from 40 and 12 on, and without colour where NO_COLOR is set.

A stored key is locked with ctrl+l: the secret and everything that is shown is
forgotten, and the passphrase is asked for again. For a secret from elsewhere, the
secret itself is.

Keys:
` + tuiKeys(),
		Example: `  kez chat tui --key me
  kez chat tui --key me --server https://relay.example`,
		Args: exactly(0),
	}
	f := addChatFlags(cmd)
	cmd.RunE = func(*cobra.Command, []string) error { return a.tui(f) }
	return cmd
}

// tuiKeys is the table of keys for the help and the manual.
func tuiKeys() string {
	column := 0
	for _, k := range tui.Keys() {
		column = max(column, len(k.Keys))
	}
	var b strings.Builder
	for _, k := range tui.Keys() {
		b.WriteString("  " + k.Keys + strings.Repeat(" ", column-len(k.Keys)) + "  " + k.Does + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// terminal gives the terminal that the screen is drawn on, or why there is none.
func (a *app) terminal(f *chatFlags) (in, out *os.File, err error) {
	in, isFile := a.env.Stdin.(*os.File)
	out, writes := a.env.Stdout.(*os.File)
	switch kind := a.env.Getenv("TERM"); {
	case a.json:
		return nil, nil, usage("chat tui draws a screen and prints no JSON").WithHint("for programs there are kez chat tail, inbox and send")
	case f.secret.file.given && f.secret.file.value == "-":
		return nil, nil, usage("standard input cannot be both the secret and the keyboard").WithHint("%s", f.secret.sources())
	case !isFile || !writes || !a.env.Terminal || !term.IsTerminal(int(in.Fd())):
		return nil, nil, usage("chat tui needs a terminal for input and output").WithHint("in scripts use kez chat send, inbox and tail")
	case kind == "dumb" || kind == "":
		return nil, nil, usage("chat tui needs a terminal that moves its cursor, and TERM is %s", kez.Quote(kind)).
			WithHint("use kez chat tail to read and kez chat send to write, or set TERM to what the terminal is")
	}
	return in, out, nil
}

func (a *app) tui(f *chatFlags) error {
	in, out, err := a.terminal(f)
	if err != nil {
		return err
	}
	client, err := a.relayClient(f)
	if err != nil {
		return err
	}
	ctx, stop := untilEnded()
	defer stop()
	reopen, err := a.reopening(f)
	if err != nil {
		return err
	}
	key, err := a.chatKey(f)
	if err != nil {
		return err
	}
	primary := key.Identity()
	open := func(ctx context.Context, key *keys.Private) (tui.Opened, error) {
		c, err := a.openChat(ctx, client, key)
		if err != nil {
			return tui.Opened{}, err
		}
		return tui.Opened{Session: c.Session, Close: func() error { c.close(); return nil }}, nil
	}
	opened, err := open(ctx, key)
	if err != nil {
		return err
	}
	// A warning would be written across the screen.
	stderr := a.env.Stderr
	a.env.Stderr = io.Discard
	defer func() { a.env.Stderr = stderr }()
	return tui.Run(ctx, tui.Options{
		Opened: opened,
		Secret: reopen.what,
		Unlock: func(ctx context.Context, typed string) (tui.Opened, error) {
			key, err := reopen.key(typed)
			if err != nil {
				return tui.Opened{}, err
			}
			if key.Identity() != primary {
				key.Erase()
				return tui.Opened{}, kez.Errorf(kez.CLIKeyStore, "this is the secret of another key than the one that was locked").
					WithHint("quit, and start with the other key")
			}
			return open(ctx, key)
		},
		Input: in, Output: out, Color: a.env.Color, ASCII: !a.unicode(), Zone: time.Local,
		Environment: a.terminalEnvironment(),
	})
}

// reopening is how a locked screen is opened again.
type reopening struct {
	what string
	key  func(typed string) (*keys.Private, error)
}

// reopening asks for the passphrase of a stored key, and for the secret itself
// where it comes from elsewhere.
func (a *app) reopening(f *chatFlags) (r reopening, err error) {
	name := ""
	switch {
	case f.secret.key.given:
		name = f.secret.key.value
	case len(f.secret.given()) == 0 && a.env.Getenv("KEZ_SECRET") == "":
		if name, err = a.defaultKey(); err != nil {
			return r, err
		}
	}
	if name == "" {
		return reopening{"the secret of your key (a seed or a phrase)", keys.ParseSecret}, nil
	}
	return reopening{"the passphrase of the key " + kez.Quote(name), func(typed string) (*keys.Private, error) {
		store, _, err := a.storedKey(name)
		if err != nil {
			return nil, err
		}
		return store.Load(name, typed)
	}}, nil
}

// unicode reports whether the locale says that the terminal takes more than ASCII.
func (a *app) unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := a.env.Getenv(name); value != "" {
			value = strings.ToLower(value)
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}

// terminalEnvironment are the variables by which the terminal is known.
func (a *app) terminalEnvironment() []string {
	var list []string
	for _, name := range []string{"TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG",
		"SSH_TTY", "WT_SESSION", "TMUX", "STY"} {
		if value := a.env.Getenv(name); value != "" {
			list = append(list, name+"="+value)
		}
	}
	return list
}
