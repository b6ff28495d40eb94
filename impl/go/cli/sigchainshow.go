package cli

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/verify"
)

// owner says whose chain a command is about: --primary, or the secret's.
type owner struct {
	primary *once
	secret  *secretFlags
}

func addOwner(cmd *cobra.Command) *owner {
	return &owner{stringFlag(cmd, "primary", "ID", "", "the primary whose chain it is"),
		addSecretFlags(cmd, "", "whose primary it is")}
}

func (a *app) ownerID(o *owner) (kez.Identity, error) {
	if o.primary.given {
		if len(o.secret.given()) > 0 {
			return kez.Identity{}, usage("--primary and a secret exclude each other").WithHint("give one of them")
		}
		return typedPrimary(o.primary.value)
	}
	if id, ok, err := a.storedOwner(o.secret); ok || err != nil {
		return id, err
	}
	key, err := a.load(o.secret)
	if err != nil {
		return kez.Identity{}, err
	}
	defer key.Erase()
	return key.Identity(), nil
}

// keptChain reads the chain on this machine; an absent one is empty.
func (a *app) keptChain(o *owner) (*sigchain.State, []byte, time.Time, error) {
	now, err := a.env.now()
	if err != nil {
		return nil, nil, now, err
	}
	id, err := a.ownerID(o)
	if err != nil {
		return nil, nil, now, err
	}
	state, data, err := a.loadChain(id)
	return state, data, now, err
}

// loadChain reads the kept chain of a primary. A forked one is shown as such,
// with its shared prefix.
func (a *app) loadChain(primary kez.Identity) (*sigchain.State, []byte, error) {
	chains, err := a.chains()
	if err != nil {
		return nil, nil, err
	}
	state, data, err := chains.Load(primary)
	if errors.Is(err, kez.SigchainFork) {
		err = nil
	}
	return state, data, err
}

func (a *app) sigchainShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Show what the kept chain adds up to",
		Example: `  kez sigchain show --key me`,
		Args:    exactly(0),
	}
	o := addOwner(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		state, _, now, err := a.keptChain(o)
		if err != nil {
			return err
		}
		return a.showResult(verify.State(state), now)
	}
	return cmd
}

func (a *app) sigchainExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print the kept chain, to publish or to copy it",
		Long: `Print the kept chain as JSON lines, or as one bundle token. Publish it at
https://HOST/.well-known/kez-sigchain.jsonl, or hand it to whoever verifies.`,
		Example: `  kez sigchain export --key me --out kez-sigchain.jsonl
  kez sigchain export --key me --format compact`,
		Args: exactly(0),
	}
	o := addOwner(cmd)
	format := choiceFlag(cmd, "format", encoding.FormJSONL, "the form of the chain", encoding.FormJSONL, encoding.FormCompact)
	out := stringFlag(cmd, "out", "PATH", "", "write the chain to a new file")
	var force bool
	switchFlag(cmd.Flags(), &force, "force", "let --out replace a file")
	cmd.RunE = func(*cobra.Command, []string) error {
		state, data, _, err := a.keptChain(o)
		if err != nil {
			return err
		}
		if state.Length == 0 {
			return kez.Errorf(kez.SigchainEmpty, "no event is kept for %s on this machine", state.Primary).
				WithHint("kez sigchain add SUBJECT makes the first")
		}
		if format.value == encoding.FormCompact {
			token, err := encoding.EncodeBundle(data)
			if err != nil {
				return err
			}
			data = []byte(token + "\n")
		}
		if out.given {
			if err := writeOut(out.value, data, publicMode, force); err != nil {
				return err
			}
			a.note("wrote %s: %d events", out.value, state.Length)
			return nil
		}
		if !a.env.Terminal {
			a.print(string(data))
			return nil
		}
		// KEZ-CLI-014: on a terminal the same JSON in another spelling.
		for line := range strings.Lines(string(data)) {
			a.print(escapeControls(line))
		}
		return nil
	}
	return cmd
}

func (a *app) sigchainVerify() *cobra.Command {
	return &cobra.Command{
		Use:     "verify PATH|-",
		Short:   "Check a chain in a file",
		Long:    "Check a chain in a file: JSON lines, or a bundle token. The same as kez verify file --as chain.",
		Example: `  kez sigchain verify kez-sigchain.jsonl`,
		Args:    exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.runVerifyFile(args[0], encoding.ReadChain, nil, verify.Question{Evidence: args[0]})
		},
	}
}
