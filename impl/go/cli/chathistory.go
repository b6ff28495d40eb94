package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/chat/history"
)

func (a *app) chatExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write everything that was said, unsealed",
		Long: `Write everything that was said as JSON lines, unsealed: to standard output, or to a
new file that only you can read.`,
		Example: `  kez chat export --out chat.jsonl --key me`,
		Args:    exactly(0),
	}
	f := addChatFlags(cmd)
	out := stringFlag(cmd, "out", "PATH", "", "write to a new file of mode 0600")
	var force bool
	switchFlag(cmd.Flags(), &force, "force", "replace the file of --out")
	cmd.RunE = func(*cobra.Command, []string) error {
		if out.given {
			if err := checkOut(out.value, force); err != nil {
				return err
			}
		}
		return a.runChat(f, func(ctx context.Context, c *chatting) error {
			if !out.given {
				return c.Export(ctx, &output{a})
			}
			err := writeOutBy(out.value, secretMode, force, func(w io.Writer) error { return c.Export(ctx, w) })
			if err != nil {
				return err
			}
			if a.json {
				a.printJSON(map[string]string{"path": out.value})
				return nil
			}
			a.print("written to " + plain(shown(out.value)) + "\n")
			return nil
		})
	}
	return cmd
}

func (a *app) chatWipe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wipe",
		Short: "Delete the history of a key from this machine",
		Long: `Delete the history of a key from this machine: messages, contacts, and the keys that
were remembered for handles. What the relay still has comes again with the next
inbox; what you sent is gone.`,
		Example: `  kez chat wipe --yes --key me`,
		Args:    exactly(0),
	}
	f := addChatFlags(cmd)
	var yes bool
	switchFlag(cmd.Flags(), &yes, "yes", "really delete it")
	cmd.RunE = func(*cobra.Command, []string) error {
		if !yes {
			return usage("wipe deletes every message and contact of this key from this machine").WithHint("give --yes to do it; kez chat export keeps a copy")
		}
		key, err := a.chatKey(f)
		if err != nil {
			return err
		}
		defer key.Erase()
		h, err := a.home()
		if err != nil {
			return err
		}
		// A history that cannot be opened any more can be wiped too.
		name, err := history.Name(key)
		if err != nil {
			return err
		}
		if err := history.Wipe(h, name); err != nil {
			return err
		}
		if a.json {
			a.printJSON(map[string]bool{"wiped": true})
			return nil
		}
		a.print("the history is deleted\n")
		return nil
	}
	return cmd
}

func (a *app) chatLock() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lock",
		Short: "Have the keyring forget the passphrase",
		Long: `Have the keyring of the system forget the passphrase of a stored key, so that the
next command asks for it. Without a keyring, nothing is kept between two commands,
and the history is sealed whenever none runs.`,
		Example: `  kez chat lock --key me`,
		Args:    exactly(0),
	}
	key := stringFlag(cmd, "key", "NAME", "", "the stored key, else default_key of config.toml")
	cmd.RunE = func(*cobra.Command, []string) error {
		name := key.value
		if name == "" {
			var err error
			if name, err = a.defaultKey(); err != nil {
				return err
			}
		}
		if name == "" {
			return usage("lock needs the name of a stored key").WithHint("give --key NAME, or set default_key in config.toml")
		}
		store, _, err := a.storedKey(name)
		if err != nil {
			return err
		}
		if err := store.Forget(name); err != nil {
			return err
		}
		if a.json {
			a.printJSON(map[string]bool{"locked": true})
			return nil
		}
		a.print("locked: the next command asks for the passphrase\n")
		return nil
	}
	return cmd
}
