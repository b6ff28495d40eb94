package cli

import "github.com/spf13/cobra"

func (a *app) identityImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import NAME",
		Short: "Put a key that you have into the key store",
		Long: `Put a key that you have, as an nsec, a seed, a phrase or the saved output of
identity new, into the key store under NAME, sealed with a new passphrase.`,
		Example: `  kez identity import me --secret-file nostr-key.txt`,
		Args:    exactly(1),
	}
	secret := addSecretFlags(cmd, "", "to keep")
	secret.usesDefaults = false
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if secret.key.given {
			return usage("--key names a key that is in the store already").WithHint("give --secret-file PATH")
		}
		key, err := a.load(secret)
		if err != nil {
			return err
		}
		defer key.Erase()
		if err := a.saveKey(args[0], key); err != nil {
			return err
		}
		id := key.Identity()
		if a.json {
			a.printJSON(keyOutput{id.String(), key.PublicText(), id.System(), args[0]})
			return nil
		}
		a.printf("Primary: %s\nPublic: %s\n", id, key.PublicText())
		return nil
	}
	return cmd
}

func (a *app) identityExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export NAME",
		Short: "Print the secret of a stored key, to keep a copy",
		Long: `Print the secret of a stored key in the clear, or write it to a file that only you
can read. Whoever has it is you.`,
		Example: `  kez identity export me --out me-backup.txt`,
		Args:    exactly(1),
	}
	out := stringFlag(cmd, "out", "PATH", "", "write it to a new file that only you can read")
	var force bool
	switchFlag(cmd.Flags(), &force, "force", "let --out replace a file")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if a.json {
			return usage("--json never prints a secret").WithHint("leave --json out")
		}
		if out.given {
			if err := checkOut(out.value, force); err != nil {
				return err
			}
		}
		key, err := a.openKey(args[0])
		if err != nil {
			return err
		}
		defer key.Erase()
		public, secret := keyLines(key)
		if !out.given {
			a.print(public + secret)
			return nil
		}
		if err := writeOut(out.value, []byte(public+secret), secretMode, force); err != nil {
			return err
		}
		a.print(public)
		return nil
	}
	return cmd
}
