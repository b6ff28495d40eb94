package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/verify"
)

// graph is a primary with everything it claims, each verified.
type graph struct {
	Primary   string           `json:"primary"`
	From      string           `json:"from"` // the identity that led to the primary
	Chain     *verify.Result   `json:"chain"`
	Subjects  []*verify.Result `json:"subjects"`
	Unchecked []string         `json:"unchecked"` // systems without a channel
}

func (a *app) graphCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "graph IDENTITY",
		Short: "Show a primary and everything it claims, each verified",
		Long: `Show a primary, its chain and every subject that is active in it, each verified
where it is published. IDENTITY is the primary itself, or anything it has proven.
The chain is the one given with --chain, else the one kept on this machine.`,
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
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		g, err := a.buildGraph(ctx, v, q, id, f)
		if err != nil {
			return err
		}
		switch {
		case a.json:
			a.printJSON(g)
		case dot:
			a.print(g.dot())
		default:
			a.print(a.tree(g))
		}
		return v.Pins.Save()
	}
	return cmd
}

// buildGraph finds the primary, then its chain, then verifies what is active.
func (a *app) buildGraph(ctx context.Context, v *verify.Verifier, q verify.Question, id kez.Identity, f *lookFlags) (*graph, error) {
	g := &graph{From: id.String(), Subjects: []*verify.Result{}, Unchecked: []string{}}
	primary := id
	var first *verify.Result
	if _, isKey := id.PublicKey(); !isKey {
		targets, err := v.Targets([]kez.Identity{id})
		if err != nil {
			return nil, err
		}
		first = v.ID(ctx, targets[0], q)
		if first.Status != kez.Valid {
			g.Subjects, a.exit = append(g.Subjects, first), first.Status.Exit()
			return g, nil
		}
		if primary, err = kez.ParseSigned(first.Primary); err != nil {
			return nil, err
		}
	}
	g.Primary = primary.String()
	state, err := a.chainFor(primary, q, f)
	if err != nil {
		return nil, err
	}
	g.Chain = verify.State(state)
	if q.Chains == nil && state.Length > 0 {
		q.Chains = &verify.Chains{}
		q.Chains.Add(state, "local")
	}
	q.Primary = primary
	var subjects []kez.Identity
	for _, subject := range state.Active() {
		if _, err := v.Channels.For(subject); err != nil {
			g.Unchecked = append(g.Unchecked, subject.String())
		} else {
			subjects = append(subjects, subject)
		}
	}
	if first != nil && !contains(subjects, id) {
		g.Subjects = append(g.Subjects, first)
	}
	targets, err := v.Targets(subjects)
	if err != nil {
		return nil, err
	}
	v.All(ctx, targets, q, func(i int, r *verify.Result) {
		a.exit = worse(a.exit, r.Status.Exit())
		a.progress("%d of %d verified", i+1, len(targets))
		g.Subjects = append(g.Subjects, r)
	})
	a.progress("")
	return g, nil
}

// chainFor is the chain of --chain where one is of this primary, else the kept
// one.
func (a *app) chainFor(primary kez.Identity, q verify.Question, f *lookFlags) (*sigchain.State, error) {
	if q.Chains != nil {
		if state := q.Chains.Of(primary); state != nil {
			return state, nil
		}
		return nil, kez.Errorf(kez.SigchainPrimaryChanged, "none of the chains given belongs to %s", primary).
			WithHint("give its chain with --chain, or leave the flag out: %s", strings.Join(f.chains.values, ", "))
	}
	chains, err := a.chains()
	if err != nil {
		return nil, err
	}
	state, _, err := chains.Load(primary)
	return state, err
}

func contains(ids []kez.Identity, id kez.Identity) bool {
	for _, other := range ids {
		if other.Same(id) {
			return true
		}
	}
	return false
}

// tree draws the graph for a terminal.
func (a *app) tree(g *graph) string {
	var b strings.Builder
	top := g.Primary
	if top == "" {
		top = g.From + " leads to no primary"
	}
	fmt.Fprintln(&b, plain(top))
	if g.Chain != nil {
		fmt.Fprintf(&b, "├─ chain: %d events\n", g.Chain.Length)
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
	fmt.Fprintf(&b, "  %s [style=bold];\n", dotQuote(g.Primary))
	for _, r := range g.Subjects {
		color := "red"
		switch r.Status {
		case kez.Valid:
			color = "darkgreen"
		case kez.Unreachable, kez.NotFound:
			color = "orange"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s, color=%s];\n", dotQuote(g.Primary), dotQuote(r.Subject), dotQuote(string(r.Status)), color)
	}
	for _, subject := range g.Unchecked {
		fmt.Fprintf(&b, "  %s -> %s [style=dashed];\n", dotQuote(g.Primary), dotQuote(subject))
	}
	b.WriteString("}\n")
	return b.String()
}

// dotQuote is a string of the DOT language, which knows one escape.
func dotQuote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(plain(text)) + `"`
}
