package cli

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/sigchain/chainfile"
)

func (a *app) sigchainCommand() *cobra.Command {
	return group("sigchain", "Record what you claim now, and what you revoke",
		`A sigchain is the signed list of what a primary claims: added, revoked, handed
over. These commands change and show the copy kept on this machine; only publish
and pull use the network.`,
		a.sigchainAdd(), a.sigchainRevoke(), a.sigchainRotate(), a.sigchainAddDevice(),
		a.sigchainShow(), a.sigchainExport(), a.sigchainVerify(), a.sigchainPublish(), a.sigchainPull())
}

func (a *app) sigchainAdd() *cobra.Command {
	return a.subjectChange(&cobra.Command{
		Use:     "add SUBJECT",
		Short:   "Record that a subject is yours",
		Example: `  kez sigchain add github:alice --key me`,
	}, sigchain.Add)
}

func (a *app) sigchainRevoke() *cobra.Command {
	return a.subjectChange(&cobra.Command{
		Use:   "revoke SUBJECT",
		Short: "Take a subject back",
		Long: `Take a subject back: every claim on it is revoked until you add it again. With
the ed25519: identity of a device, the device is no longer trusted.`,
		Example: `  kez sigchain revoke github:alice --key me`,
	}, sigchain.Revoke)
}

func (a *app) subjectChange(cmd *cobra.Command, op sigchain.Op) *cobra.Command {
	cmd.Args = exactly(1)
	secret := addSecretFlags(cmd, "", "of the primary")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		subject, err := typedIdentity(args[0])
		if err != nil {
			return err
		}
		return a.change(secret, func(*keys.Private) (sigchain.Change, error) {
			return sigchain.Change{Op: op, Subject: subject}, nil
		})
	}
	return cmd
}

func (a *app) sigchainRotate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Hand over to a new primary",
		Long: `Hand over to a new primary key, which accepts by signing too. The chain is closed:
what is active now stays valid until the new primary's chain revokes it.`,
		Example: `  kez identity new --key-type ed25519 --save me2
  kez sigchain rotate --key me --new-key me2`,
		Args: exactly(0),
	}
	secret := addSecretFlags(cmd, "", "of the old primary")
	next := addSecretFlags(cmd, "new-", "of the new primary")
	cmd.RunE = func(*cobra.Command, []string) error {
		return a.change(secret, func(*keys.Private) (sigchain.Change, error) {
			key, err := a.load(next)
			return sigchain.Change{Op: sigchain.Rotate, Key: key}, err
		})
	}
	return cmd
}

func (a *app) sigchainAddDevice() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add-device",
		Short: "Let a device key sign claims for the primary",
		Long: `Let an Ed25519 key of a device sign claims for the primary, and nothing else.
Revoke the device's identity to end it; all its claims end with it.`,
		Example: `  kez sigchain add-device --name phone --key me --device-secret-file phone.txt`,
		Args:    exactly(0),
	}
	secret := addSecretFlags(cmd, "", "of the primary")
	device := addSecretFlags(cmd, "device-", "of the device")
	name := stringFlag(cmd, "name", "NAME", "", "what you call the device, 1 to 64 characters")
	cmd.RunE = func(*cobra.Command, []string) error {
		n := utf8.RuneCountInString(name.value)
		if n < 1 || n > 64 || !utf8.ValidString(name.value) || strings.ContainsFunc(name.value, hostile) {
			return usage("a device needs a --name of 1 to 64 visible characters")
		}
		return a.change(secret, func(*keys.Private) (sigchain.Change, error) {
			key, err := a.load(device)
			if err == nil && key.Identity().System() != kez.SystemEd25519 {
				err = usage("a device has an ed25519 key").WithHint("kez identity new --key-type ed25519")
			}
			return sigchain.Change{Op: sigchain.AddDevice, Key: key, Name: name.value}, err
		})
	}
	return cmd
}

type changeOutput struct {
	Primary kez.Identity `json:"primary"`
	Seq     int          `json:"seq"`
	Hash    string       `json:"hash"`
	Op      sigchain.Op  `json:"op"`
	Length  int          `json:"length"`
}

// change appends one event to the kept chain of the secret's primary.
func (a *app) change(secret *secretFlags, describe func(*keys.Private) (sigchain.Change, error)) error {
	now, err := a.env.now()
	if err != nil {
		return err
	}
	key, err := a.load(secret)
	if err != nil {
		return err
	}
	defer key.Erase()
	c, err := describe(key)
	if err != nil {
		return err
	}
	if c.Key != nil {
		defer c.Key.Erase()
		if c.Key.Identity() == key.Identity() {
			return usage("both keys are the same").WithHint("a rotation and a device need a key of their own")
		}
	}
	chains, err := a.chains()
	if err != nil {
		return err
	}
	state, err := chains.Append(key.Identity(), func(state *sigchain.State) ([]byte, error) {
		return sigchain.Sign(state, c, key, now)
	})
	if err != nil {
		return err
	}
	o := changeOutput{state.Primary, state.Length - 1, state.Head.String(), c.Op, state.Length}
	if a.json {
		a.printJSON(o)
		return nil
	}
	a.printf("%s  event %d of %s\n  head       %s\n", c.Op, o.Seq, o.Primary, o.Hash)
	a.note("kept on this machine; others learn of it when the chain is published: kez sigchain publish")
	return nil
}

func (a *app) chains() (chainfile.Files, error) {
	h, err := a.home()
	return chainfile.In(h), err
}
