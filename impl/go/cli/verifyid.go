package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain/chainfile"
	"kez.lat/kez/impl/go/verify"
	"kez.lat/kez/impl/go/verify/pins"
)

// lookFlags are what every command takes that looks at channels.
type lookFlags struct {
	primary, timeout, doh *once
	chains                *list
	requireChain, repin   bool
}

func addLookFlags(cmd *cobra.Command) *lookFlags {
	f := &lookFlags{}
	f.primary = stringFlag(cmd, "primary", "ID", "", "take only claims of this primary")
	f.chains = listFlag(cmd, "chain", "FILE", "decide by the chain in this file; again for a successor's")
	f.timeout = stringFlag(cmd, "timeout", "DURATION", "20s", "how long to look for one identity, and again for its chain")
	f.doh = stringFlag(cmd, "doh", "URL", "", "ask this DNS-over-HTTPS server")
	switchFlag(cmd.Flags(), &f.requireChain, "require-chain", "take no claim whose chain was not read whole")
	switchFlag(cmd.Flags(), &f.repin, "repin", "accept that another account stands behind a name now")
	return f
}

func (a *app) verifyID() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "id IDENTITY…",
		Short: "Look for the proofs of identities and check them",
		Long: `Look for the proof of each identity in the places that only its account can write
to, and check it. Systems: dns, github, web, nostr, bluesky, ap.

Whether a proof still holds is decided by the chain of its primary, which is asked
for at the stores of KEZ_SIG_SERVER, the nostr relays of a nostr primary, the
subject's own web site or domain, and on this machine. Longer chains are kept, so
that no source can take a revocation back. --explain shows each source.

Exit codes: 0 all valid, 1 one is not, 3 one could not be looked at, 2 wrong usage.`,
		Example: `  kez verify id github:alice dns:example.com
  kez verify id --explain ap:alice@social.example
  kez verify id --file friends.txt`,
	}
	f := addLookFlags(cmd)
	file := stringFlag(cmd, "file", "PATH", "", "read identities from a file, one a line, # starts a comment")
	var explain bool
	switchFlag(cmd.Flags(), &explain, "explain", "show each step: what was asked, what was seen, what to do")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		v, q, targets, err := a.targets(cmd, f, args, file)
		if err != nil {
			return err
		}
		ctx, stop := untilEnded()
		defer stop()
		return a.verifyAll(ctx, v, targets, q, explain)
	}
	return cmd
}

// targets reads all identities, gathers what a look needs and finds their
// channels, before anything is asked.
func (a *app) targets(cmd *cobra.Command, f *lookFlags, args []string, file *once) (*verify.Verifier, verify.Question, []verify.Target, error) {
	ids, err := a.typedIdentities(cmd, args, file)
	if err != nil {
		return nil, verify.Question{}, nil, err
	}
	v, q, err := a.verifier(f)
	if err != nil {
		return nil, q, nil, err
	}
	targets, err := v.Targets(ids)
	return v, q, targets, err
}

// typedIdentities reads all identities before anything is asked (KEZ-CLI-018).
func (a *app) typedIdentities(cmd *cobra.Command, args []string, file *once) ([]kez.Identity, error) {
	if file.given {
		data, err := a.readInput(file.value)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(data)) {
			text, _, _ := strings.Cut(line, "#")
			if text = strings.TrimSpace(text); text != "" {
				args = append(args, text)
			}
		}
	}
	if len(args) == 0 {
		return nil, usage("%s needs an identity", cmd.CommandPath()).WithHint("write for example %s github:alice", cmd.CommandPath())
	}
	ids := make([]kez.Identity, len(args))
	for i, text := range args {
		id, err := typedIdentity(text)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// verifier gathers everything a look needs.
func (a *app) verifier(f *lookFlags) (*verify.Verifier, verify.Question, error) {
	q := verify.Question{RequireChain: f.requireChain}
	var err error
	if q.Now, err = a.env.now(); err != nil {
		return nil, q, err
	}
	if f.primary.given {
		if q.Primary, err = typedPrimary(f.primary.value); err != nil {
			return nil, q, err
		}
	}
	timeout, err := time.ParseDuration(f.timeout.value)
	if err != nil || timeout <= 0 {
		return nil, q, usage("--timeout is no duration such as 20s")
	}
	if f.doh.given && !validDoH(f.doh.value) {
		return nil, q, usage("--doh is no https URL")
	}
	if q.Chains, err = a.readChains(f.chains.values); err != nil {
		return nil, q, err
	}
	settings, err := a.settings()
	if err != nil {
		return nil, q, err
	}
	h, err := a.home()
	if err != nil {
		return nil, q, err
	}
	known, err := pins.Load(h)
	if err != nil {
		return nil, q, err
	}
	now := a.clock().Now
	sources, err := sourcesOf(settings, f.doh.value, now)
	if err != nil {
		return nil, q, err
	}
	kept := chainfile.In(h)
	return &verify.Verifier{Channels: channelsOf(settings, f.doh.value, now), Sources: sources, Kept: &kept,
		Pins: known, Repin: f.repin, Timeout: timeout}, q, nil
}

// verifyAll prints the verdict of each identity in order, then a summary.
func (a *app) verifyAll(ctx context.Context, v *verify.Verifier, targets []verify.Target, q verify.Question, explain bool) error {
	counts := map[kez.Status]int{}
	exit := kez.ExitOK
	if len(targets) > 1 {
		a.progress("0 of %d verified", len(targets))
	}
	v.All(ctx, targets, q, func(i int, r *verify.Result) {
		if ctx.Err() != nil {
			return // a look that was broken off says nothing
		}
		a.progress("")
		counts[r.Status]++
		exit = worse(exit, r.Status.Exit())
		a.showResult(r, q.Now)
		if explain && !a.json {
			a.explain(r)
		}
		if i+1 < len(targets) {
			a.progress("%d of %d verified", i+1, len(targets))
		}
	})
	a.progress("")
	a.exit = exit
	a.savePins(v)
	if ctx.Err() != nil {
		return interrupted()
	}
	if len(targets) > 1 && !a.json {
		a.print("\n" + summary(counts) + "\n")
	}
	return nil
}

// savePins keeps what was noted. That it could not is worth a warning, and
// changes no verdict.
func (a *app) savePins(v *verify.Verifier) {
	if err := v.Pins.Save(); err != nil {
		a.warn("the accounts behind the names were not kept: %s", err)
	}
}

// untilEnded is the context of a command that a person or a service manager may
// end.
func untilEnded() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

func interrupted() error {
	return kez.Errorf(kez.CLIFile, "ended before everything was looked at").WithHint("start it again for the rest")
}

// worse joins two exit codes: a refusal counts more than what could not be
// looked at (KEZ-CLI-017).
func worse(a, b int) int {
	if a == kez.ExitRefused || b == kez.ExitRefused {
		return kez.ExitRefused
	}
	return max(a, b)
}

func summary(counts map[kez.Status]int) string {
	var parts []string
	for _, s := range []kez.Status{kez.Valid, kez.Revoked, kez.Expired, kez.Fork, kez.Invalid, kez.SubjectMismatch, kez.NotFound, kez.Unreachable} {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[s], strings.ReplaceAll(string(s), "_", " ")))
		}
	}
	return strings.Join(parts, ", ")
}

// progress shows how far a long run is, on a terminal that can take a line back;
// an empty text takes it back.
func (a *app) progress(format string, args ...any) {
	if a.env.Progress && !a.json {
		fmt.Fprintf(a.env.Stderr, "\r\x1b[K"+format, args...)
	}
}

// explain tells each step of a look.
func (a *app) explain(r *verify.Result) {
	t := &table{}
	for _, p := range r.Places {
		t.row("asked", p.URL)
		t.row("expected", "a proof that "+r.Subject+" published there")
		t.row("seen", strings.TrimSpace(string(p.Code)+" "+p.Seen))
		t.row("do", p.Hint)
	}
	for _, c := range r.Candidates {
		t.row("proof", c.Evidence)
		t.row("expected", "a claim about "+r.Subject+", signed and not revoked")
		t.row("seen", strings.TrimSpace(string(c.Status)+" "+string(c.Code)+" "+c.Message))
		t.row("do", c.Hint)
	}
	if r.ClaimResult != nil {
		for _, s := range r.Chain.Sources {
			t.row("chain at", s.Source)
			t.row("seen", sourceSeen(s))
		}
	}
	for _, note := range r.Notes {
		t.row("note", note)
	}
	a.print(t.String())
}

// sourceSeen says in words what a source of a chain had.
func sourceSeen(s verify.Source) string {
	switch {
	case s.State == verify.SourceNoAnswer:
		return strings.TrimSpace("no answer: " + string(s.Code) + " " + s.Message)
	case s.Length == 0 && s.State == verify.SourceBehind:
		return "no event"
	}
	return fmt.Sprintf("%s, %d events, head %s", s.State, s.Length, s.Head)
}

func sourceLine(s verify.Source) string { return s.Source + ": " + sourceSeen(s) }
