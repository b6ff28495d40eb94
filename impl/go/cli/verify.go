package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

func (a *app) verifyCommand() *cobra.Command {
	return group("verify", "Check proofs", "", a.verifyFile(), a.verifyID())
}

func (a *app) verifyFile() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "file PATH|-",
		Short: "Check a proof or a chain in a file, offline",
		Long: `Check a proof, or a whole sigchain, that you have as a file. No network is used.

The form is told by the text itself: JSON, a kez: token, Markdown, DNS zone text,
or a chain as JSON lines. A claim can have been revoked since: give the chain of
its primary with --chain, and a successor's chain with a second --chain.

Exit codes: 0 valid, 1 not valid, 3 could not look, 2 wrong usage.`,
		Example: `  kez verify file kez.md
  kez verify file --chain alice.jsonl kez.md
  dig +noall +answer TXT _kez.example.com | kez verify file -`,
		Args: exactly(1),
	}
	as := choiceFlag(cmd, "as", "", "read it as this form", encoding.Readings()...)
	chains := listFlag(cmd, "chain", "FILE", "decide by the chain in this file; again for a successor's")
	primary := stringFlag(cmd, "primary", "ID", "", "take only claims of this primary")
	var requireChain bool
	switchFlag(cmd.Flags(), &requireChain, "require-chain", "take no claim whose chain was not read whole")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		q := verify.Question{Evidence: args[0], RequireChain: requireChain}
		if primary.given {
			var err error
			if q.Primary, err = typedPrimary(primary.value); err != nil {
				return err
			}
		}
		return a.runVerifyFile(args[0], encoding.Reading(as.value), chains.values, q)
	}
	return cmd
}

func (a *app) runVerifyFile(path string, form encoding.Reading, chainPaths []string, q verify.Question) error {
	now, err := a.env.now()
	if err != nil {
		return err
	}
	q.Now = now
	if q.Chains, err = a.readChains(chainPaths); err != nil {
		return a.showResult(verify.Failed(err, verify.KindClaim, q), now)
	}
	// KEZ-CLI-052: what cannot be read gets a verdict too.
	data, err := a.readInput(path)
	if err != nil {
		return a.showResult(verify.Failed(err, "", q), now)
	}
	return a.showResult(verify.File(data, form, q), now)
}

// readChains reads the files of --chain; without any no chain is asked.
func (a *app) readChains(paths []string) (*verify.Chains, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	chains := &verify.Chains{}
	for _, path := range paths {
		data, err := a.readInput(path)
		if err == nil {
			err = chains.AddFile(data, path)
		}
		if err != nil {
			return nil, err
		}
	}
	return chains, nil
}

// showResult prints a verdict and sets the exit code it stands for.
func (a *app) showResult(r *verify.Result, now time.Time) error {
	a.exit = r.Status.Exit()
	if a.json {
		a.printJSON(r)
		return nil
	}
	lines := &table{}
	if r.ClaimResult != nil {
		claimLines(lines, r, now)
	} else {
		chainLines(lines, r, now)
	}
	a.print(a.verdict(r.Status) + "  " + plain(r.Message) + "\n" + lines.String())
	return nil
}

// maxShown bounds the candidates that the text output lists.
const maxShown = 10

// verdict is the first word a person sees.
func (a *app) verdict(status kez.Status) string {
	word := strings.ToUpper(strings.ReplaceAll(string(status), "_", " "))
	if !a.env.Color {
		return word
	}
	color := "31" // red
	switch status {
	case kez.Valid:
		color = "32"
	case kez.Unreachable, kez.NotFound:
		color = "33"
	}
	return "\x1b[1;" + color + "m" + word + "\x1b[0m"
}

func claimLines(t *table, r *verify.Result, now time.Time) {
	t.row("subject", r.Subject)
	t.row("primary", r.Primary)
	if len(r.Places) > 0 { // of a file, the person knows where it is
		t.row("found at", r.Evidence)
	}
	t.time("signed", r.CreatedAt, now)
	t.time("expires", r.ExpiresAt, now)
	t.code(r)
	if r.Chain.Length > 0 {
		t.row("chain", fmt.Sprintf("%d events, last %s, listed %t, head %s", r.Chain.Length, span(time.Duration(r.Chain.Age)*time.Second)+" ago", r.Chain.Listed, r.Chain.Head))
	}
	if len(r.Candidates) > 1 {
		t.row("found", fmt.Sprintf("%d proofs", len(r.Candidates)))
		for i, c := range r.Candidates {
			if i == maxShown {
				t.row("", fmt.Sprintf("and %d more, all of them with --json", len(r.Candidates)-i))
				break
			}
			t.row("", fmt.Sprintf("%s: %s %s %s", c.Evidence, c.Status, c.Code, c.Message))
		}
	}
}

func chainLines(t *table, r *verify.Result, now time.Time) {
	t.row("primary", r.Primary)
	if r.Length > 0 {
		t.row("events", fmt.Sprint(r.Length))
		t.row("head", r.Head)
		t.time("last", kez.FormatTime(r.LastAt), now)
	}
	t.code(r)
	for _, id := range r.Active {
		t.row("active", id.String())
	}
	for _, id := range r.Revoked {
		t.row("revoked", id.String())
	}
	for _, d := range r.Devices {
		t.row("device", d.Name+" "+d.Device.String())
	}
	t.row("successor", r.Successor)
	for _, hash := range r.Fork {
		t.row("fork", hash)
	}
}

// table is aligned lines of a name and a value; empty values are left out.
type table struct{ strings.Builder }

func (t *table) row(name, value string) {
	if value != "" {
		fmt.Fprintf(t, "  %-10s %s\n", name, plain(value))
	}
}

func (t *table) code(r *verify.Result) {
	code := string(r.Code)
	if r.Cause != "" {
		code += " (" + string(r.Cause) + ")"
	}
	if r.At > 0 {
		code += fmt.Sprintf(" at line %d", r.At)
	}
	t.row("code", code)
	t.row("hint", r.Hint)
}

// time shows a time and how far it is from now.
func (t *table) time(name, text string, now time.Time) {
	at, ok := kez.ParseTime(text)
	if !ok {
		t.row(name, text)
		return
	}
	if at.After(now) {
		t.row(name, text+" (in "+span(at.Sub(now))+")")
	} else {
		t.row(name, text+" ("+span(now.Sub(at))+" ago)")
	}
}

// span words a duration in its largest unit.
func span(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{365 * 24 * time.Hour, "year"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int(d / unit.size); n == 1 {
			return "1 " + unit.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return fmt.Sprintf("%d seconds", int(d/time.Second))
}
