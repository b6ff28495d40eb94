package cli

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify"
)

// graph is a primary with everything it claims, each verified.
type graph struct {
	Primary   string           `json:"primary"`
	From      string           `json:"from"` // the identity that led to the primary
	Chain     *verify.Result   `json:"chain"`
	Sources   []verify.Source  `json:"sources"` // of the chain
	Subjects  []*verify.Result `json:"subjects"`
	Unchecked []string         `json:"unchecked"` // systems without a channel

	name string // of the primary, to show instead of it
}

func (a *app) graphCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "graph IDENTITY",
		Short: "Show a primary and everything it claims, each verified",
		Long: `Show a primary, its chain and every subject that is active in it, each verified
where it is published. IDENTITY is the primary itself, or anything it has proven.
The chain is the longest of those that the stores, the nostr relays of a nostr
primary, the files of --chain and this machine have.`,
		Example: `  kez graph github:alice
  kez graph --dot dns:example.com | dot -Tsvg -o graph.svg`,
		Args: exactly(1),
	}
	f := addLookFlags(cmd)
	var dot bool
	switchFlag(cmd.Flags(), &dot, "dot", "print a graph for Graphviz")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		id, err := typedIdentity(args[0])
		if err != nil {
			return err
		}
		v, q, err := a.verifier(f)
		if err != nil {
			return err
		}
		ctx, stop := untilEnded()
		defer stop()
		g, err := a.buildGraph(ctx, v, q, id, f)
		if err != nil {
			return err
		}
		a.exit = g.exit()
		switch {
		case a.json:
			a.printJSON(g)
		case dot:
			a.print(g.dot())
		default:
			a.print(a.tree(g))
		}
		a.savePins(v)
		return nil
	}
	return cmd
}

// buildGraph finds the primary, then its chain, then verifies what is active and
// what led there, all by that chain.
func (a *app) buildGraph(ctx context.Context, v *verify.Verifier, q verify.Question, id kez.Identity, f *lookFlags) (*graph, error) {
	g := newGraph(id)
	q.Run = v.Begin(ctx)
	primary, failed, err := leadTo(ctx, v, q, id)
	if err != nil {
		return nil, err
	}
	if failed != nil {
		g.Subjects = append(g.Subjects, failed)
		return g, nil
	}
	if q.Chains != nil && q.Chains.Of(primary) == nil {
		return nil, kez.Errorf(kez.SigchainPrimaryChanged, "none of the chains given belongs to %s", primary).
			WithHint("give its chain with --chain, or leave the flag out: %s", strings.Join(f.chains.values, ", "))
	}
	var also []kez.Identity
	if id != primary {
		also = append(also, id)
	}
	return g, a.survey(ctx, v, q, g, primary, also, math.MaxInt)
}

func newGraph(from kez.Identity) *graph {
	return &graph{From: from.String(), Sources: []verify.Source{}, Subjects: []*verify.Result{}, Unchecked: []string{}}
}

// exit is the worst exit code of what the graph holds.
func (g *graph) exit() (exit int) {
	if g.Chain != nil {
		exit = g.Chain.Status.Exit()
	}
	for _, r := range g.Subjects {
		exit = worse(exit, r.Status.Exit())
	}
	return exit
}

// survey fills in what a primary claims: its chain, then what is active in it and
// the identities of also, each verified by that chain. At most so many are looked
// at, those of the chain first; the others stay out of the graph.
func (a *app) survey(ctx context.Context, v *verify.Verifier, q verify.Question, g *graph, primary kez.Identity, also []kez.Identity, most int) error {
	g.Primary = primary.String()
	state, sources, notes := q.Run.Chain(ctx, primary, q.Chains)
	for _, note := range notes {
		a.warn("%s", note)
	}
	g.Chain, g.Sources = verify.State(state), sources
	if err := silence(sources); err != nil {
		g.Chain = verify.Failed(err, verify.KindSigchain, verify.Question{})
		g.Chain.Primary = g.Primary
	}
	q.Primary = primary
	var asked []kez.Identity
	add := func(subject kez.Identity, claimed bool) {
		if _, err := v.Channels.For(subject); err == nil && len(asked) < most {
			asked = append(asked, subject)
		} else if err != nil && claimed {
			g.Unchecked = append(g.Unchecked, subject.String())
		}
	}
	for _, subject := range state.Active() {
		add(subject, true)
	}
	for _, subject := range also {
		if !contains(asked, subject) {
			add(subject, false)
		}
	}
	targets, err := v.Targets(asked)
	if err != nil {
		return err
	}
	v.All(ctx, targets, q, func(i int, r *verify.Result) {
		a.progress("%d of %d verified", i+1, len(targets))
		g.Subjects = append(g.Subjects, r)
	})
	a.progress("")
	if ctx.Err() != nil {
		return interrupted()
	}
	return nil
}

// leadTo finds the primary behind an identity, by a look that asks no chain, or
// by one with the chain where a device may have signed, since only that tells. A
// nostr key can be a primary, and can have been proven by another. failed is
// the verdict where nothing leads to a primary.
func leadTo(ctx context.Context, v *verify.Verifier, q verify.Question, id kez.Identity) (primary kez.Identity, failed *verify.Result, err error) {
	if id.System() == kez.SystemEd25519 {
		return id, nil, nil
	}
	targets, err := v.Targets([]kez.Identity{id})
	if err != nil {
		return id, nil, err
	}
	q.RequireChain = false
	alone := q
	alone.Chains, alone.NoChains = nil, true
	r := v.ID(ctx, targets[0], alone)
	found := r.Status == kez.Valid
	if !found && slices.ContainsFunc(r.Candidates, byDevice) {
		r = v.ID(ctx, targets[0], q)
		found = r.Primary != ""
	}
	if found {
		primary, err = kez.ParseSigned(r.Primary)
		return primary, nil, err
	}
	if id.IsKey() {
		return id, nil, nil
	}
	return id, r, nil
}

func byDevice(c verify.Candidate) bool { return c.Code == kez.SignatureKeyMismatch }

func contains(ids []kez.Identity, id kez.Identity) bool {
	for _, other := range ids {
		if other.Same(id) {
			return true
		}
	}
	return false
}

// silence is the error of a chain of which no source told anything: what could
// not be looked at is not the empty chain.
func silence(sources []verify.Source) error {
	for _, s := range sources {
		if s.State != verify.SourceNoAnswer {
			return nil
		}
	}
	if len(sources) == 0 {
		return nil
	}
	return kez.Errorf(sources[0].Code, "%s", sources[0].Message).
		WithHint("no source of the chain of this primary answered; try again later, or give the chain with --chain")
}

// tree draws the graph for a terminal.
func (a *app) tree(g *graph) string {
	var b strings.Builder
	top := g.Primary
	switch {
	case g.name != "":
		top = g.name
	case top == "":
		top = g.From + " leads to no primary"
	}
	fmt.Fprintln(&b, plain(top))
	switch {
	case g.Chain == nil:
	case g.Chain.Length == 0 && g.Chain.Status != kez.Valid && g.Chain.Status != kez.Fork:
		fmt.Fprintf(&b, "├─ chain: %s (%s: %s)\n", a.verdict(g.Chain.Status), g.Chain.Code, plain(g.Chain.Message))
	default:
		fmt.Fprintf(&b, "├─ chain: %d events, %s\n", g.Chain.Length, a.verdict(g.Chain.Status))
		if g.Chain.Successor != "" {
			fmt.Fprintf(&b, "├─ replaced by %s\n", plain(g.Chain.Successor))
		}
	}
	for i, r := range g.Subjects {
		branch := "├─"
		if i == len(g.Subjects)-1 && len(g.Unchecked) == 0 {
			branch = "└─"
		}
		fmt.Fprintf(&b, "%s %s %s", branch, a.verdict(r.Status), plain(r.Subject))
		if r.Status != kez.Valid {
			fmt.Fprintf(&b, " (%s: %s)", r.Code, plain(r.Message))
		}
		b.WriteByte('\n')
	}
	for i, subject := range g.Unchecked {
		branch := "├─"
		if i == len(g.Unchecked)-1 {
			branch = "└─"
		}
		fmt.Fprintf(&b, "%s %s (claimed; no channel can check it)\n", branch, plain(subject))
	}
	return b.String()
}

// dot writes the graph for Graphviz.
func (g *graph) dot() string {
	var b strings.Builder
	b.WriteString("digraph kez {\n  rankdir=LR;\n  node [shape=box];\n")
	top := g.Primary
	if top == "" {
		top = "no primary"
	}
	fmt.Fprintf(&b, "  %s [style=bold];\n", dotQuote(top))
	for _, r := range g.Subjects {
		color := "red"
		switch r.Status {
		case kez.Valid:
			color = "darkgreen"
		case kez.Unreachable, kez.NotFound:
			color = "orange"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s, color=%s];\n", dotQuote(top), dotQuote(r.Subject), dotQuote(string(r.Status)), color)
	}
	for _, subject := range g.Unchecked {
		fmt.Fprintf(&b, "  %s -> %s [style=dashed];\n", dotQuote(top), dotQuote(subject))
	}
	b.WriteString("}\n")
	return b.String()
}

// dotQuote is a string of the DOT language, which knows one escape.
func dotQuote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(plain(text)) + `"`
}
