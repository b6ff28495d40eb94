package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func (a *app) identityCommand() *cobra.Command {
	return group("identity", "Make keys and read identities",
		`An identity is system:value, such as github:alice or dns:example.com. A primary
is the key that signs for you: nostr:npub1… or ed25519:…`,
		a.identityNew(), a.identityMnemonic(), a.identityFromMnemonic(), a.identityParse(),
		a.identityList(), a.identityShow(), a.identityImport(), a.identityExport())
}

// destination says where the secret of a new key goes.
type destination struct {
	out, save *once
	force     bool
}

func addDestination(cmd *cobra.Command) *destination {
	d := &destination{}
	d.out = stringFlag(cmd, "out", "PATH", "", "write the key to a new file that only you can read")
	d.save = stringFlag(cmd, "save", "NAME", "", "keep the secret in the key store, sealed with a passphrase")
	switchFlag(cmd.Flags(), &d.force, "force", "let --out replace a file")
	return d
}

func (a *app) identityNew() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Make a primary key",
		Long: `Make a primary key. --save keeps its secret in the key store, from which every
signing command takes it with --key NAME. Without --save and --out the secret is
printed: write it down, nobody can recover it.`,
		Example: `  kez identity new --key-type ed25519 --save me
  kez identity new --out nostr-key.txt`,
		Args: exactly(0),
	}
	d := addDestination(cmd)
	keyType := choiceFlag(cmd, "key-type", kez.SystemNostr, "the kind of key", kez.SystemNostr, kez.SystemEd25519)
	words := choiceFlag(cmd, "mnemonic-words", "24", "the length of the phrase of an ed25519 key", "12", "24")
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := a.checkDestination(d); err != nil {
			return err
		}
		if keyType.value == kez.SystemNostr {
			if words.given {
				return usage("--mnemonic-words is for ed25519 keys").WithHint("add --key-type ed25519")
			}
			key, err := keys.Generate(kez.SystemNostr, nil)
			if err != nil {
				return err
			}
			a.note("phrases and chat need --key-type ed25519")
			return a.deliverKey(d, key)
		}
		phrase, err := newPhrase(words)
		if err != nil {
			return err
		}
		key, err := keys.FromPhrase(phrase)
		if err != nil {
			return err
		}
		return a.deliverKey(d, key)
	}
	return cmd
}

func newPhrase(words *once) (string, error) {
	n := 24
	if words.value == "12" {
		n = 12
	}
	return keys.NewPhrase(n, nil)
}

func (a *app) identityMnemonic() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mnemonic",
		Short: "Print a new phrase",
		Long: `Print a new phrase of 12 or 24 English words (BIP-39) and nothing else. The key
is made from it with identity from-mnemonic.`,
		Example: `  kez identity mnemonic --words 24`,
		Args:    exactly(0),
	}
	words := choiceFlag(cmd, "words", "12", "the length of the phrase", "12", "24")
	cmd.RunE = func(*cobra.Command, []string) error {
		if a.json {
			return usage("a phrase is a secret, and --json never prints one").WithHint("leave --json out")
		}
		phrase, err := newPhrase(words)
		if err != nil {
			return err
		}
		a.print(phrase + "\n")
		return nil
	}
	return cmd
}

func (a *app) identityFromMnemonic() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "from-mnemonic PHRASE|-",
		Short: "Make the Ed25519 key of a phrase",
		Long: `Make the Ed25519 key of a phrase of 12 or 24 English words. With - the phrase is
read from standard input, where nobody else can see it. Other wallets make other
keys of the same words.`,
		Example: `  kez identity from-mnemonic - --save me < phrase.txt`,
		Args:    exactly(1),
	}
	d := addDestination(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := a.checkDestination(d); err != nil {
			return err
		}
		phrase := args[0]
		if phrase == "-" {
			data, err := readAll(a.env.Stdin, maxSecretFile)
			if err != nil {
				return err
			}
			phrase = string(data)
		} else {
			a.warn("the phrase stands in the argument list, which other users of this machine can read; better: kez identity from-mnemonic -")
			phrase = strings.Clone(phrase)
			a.hideArgument(args[0])
		}
		key, err := keys.FromPhrase(phrase)
		if err != nil {
			return usageError{err}
		}
		return a.deliverKey(d, key)
	}
	return cmd
}

func (a *app) checkDestination(d *destination) error {
	switch {
	case d.out.given && d.save.given:
		return usage("--out and --save exclude each other").WithHint("give one of them")
	case d.out.given:
		return checkOut(d.out.value, d.force)
	case a.json && !d.out.given && !d.save.given:
		return usage("--json never prints a secret, so the new key needs a place").
			WithHint("add --save NAME or --out PATH")
	}
	return nil
}

type keyOutput struct {
	Primary string `json:"primary"`
	Public  string `json:"public"`
	KeyType string `json:"key_type"`
	Saved   string `json:"saved"`
}

// deliverKey stores or prints a new key. What is printed with a destination
// holds no secret.
func (a *app) deliverKey(d *destination, key *keys.Private) error {
	defer key.Erase()
	id := key.Identity()
	public, secret := keyLines(key)
	o := keyOutput{Primary: id.String(), Public: key.PublicText(), KeyType: id.System()}
	switch {
	case d.out.given:
		if err := writeOut(d.out.value, []byte(public+secret), secretMode, d.force); err != nil {
			return err
		}
		o.Saved = d.out.value
		a.note("the secret is in %s, readable by you alone; keep a copy in a safe place", d.out.value)
	case d.save.given:
		if err := a.saveKey(d.save.value, key); err != nil {
			return err
		}
		o.Saved = d.save.value
		a.note("saved; sign with --key %[1]s. Keep a copy for the day the passphrase is lost: kez identity export %[1]s", d.save.value)
	default:
		a.note("the secret is printed once and kept nowhere; write it down")
		public += secret
	}
	if a.json {
		a.printJSON(o)
	} else {
		a.print(public)
	}
	return nil
}

// keyLines are the labelled lines of a key, the public ones and the secret ones
// (KEZ-CLI-028).
func keyLines(key *keys.Private) (public, secret string) {
	public = "Primary: " + key.Identity().String() + "\nPublic: " + key.PublicText() + "\n"
	secret = "Secret: " + key.SecretText() + "\n"
	if phrase := key.Phrase(); phrase != "" {
		secret += "Mnemonic: " + phrase + "\n"
	}
	return public, secret
}

func (a *app) identityParse() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "parse TEXT",
		Short: "Print the canonical spelling of an identity",
		Example: `  kez identity parse GitHub:Alice
  kez identity parse mastodon:@alice@example.social`,
		Args: exactly(1),
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		id, err := typedIdentity(args[0])
		if err != nil {
			return err
		}
		if a.json {
			a.printJSON(struct {
				System   string `json:"system"`
				Value    string `json:"value"`
				Identity string `json:"identity"`
			}{id.System(), id.Value(), id.String()})
			return nil
		}
		a.print(id.String() + "\n")
		return nil
	}
	return cmd
}
