package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kez.lat/kez/vectors"
)

// smokeOps are the operations to look at first, the simplest ones in front.
var smokeOps = []string{
	"identity.parse", "json.canonicalize", "claim.verify", "key.phrase", "sigchain.verify", "text.scan", "txt.read",
	"key.nsec", "ed25519.verify", "bip340.verify",
}

// smokeCases picks one case that has to be accepted and one that has to be
// refused, of one operation that the implementation declares.
func smokeCases(all []vectors.Case, ops []string) []vectors.Case {
	for _, op := range append(slices.Clone(smokeOps), ops...) {
		if !slices.Contains(ops, op) {
			continue
		}
		accept := pick(all, op, func(c vectors.Case) bool { return c.Expect.Reject == nil && c.Level == "MUST" })
		reject := pick(all, op, func(c vectors.Case) bool { return c.Expect.Reject != nil && c.Level == "MUST" })
		if accept != nil && reject != nil {
			return []vectors.Case{*accept, *reject}
		}
	}
	return nil
}

// pick gives the case with the least input.
func pick(all []vectors.Case, op string, fits func(vectors.Case) bool) *vectors.Case {
	var best *vectors.Case
	size := func(c *vectors.Case) (n int) {
		for _, raw := range c.Input {
			n += len(raw)
		}
		return n
	}
	for i := range all {
		c := &all[i]
		if c.Op == op && fits(*c) && (best == nil || size(c) < size(best)) {
			best = c
		}
	}
	return best
}

// smoke runs the smoke cases. An adapter that gives no usable answer to any of
// them is a broken harness, and the error says so; one that answers wrongly is
// an implementation with faults, and gets a remark.
func (t *Target) smoke(ctx context.Context, w *worker, cases []vectors.Case) (remarks []string, err error) {
	var broken []string
	wrong := map[Outcome]int{}
	for _, c := range cases {
		r := w.run(ctx, c)
		wrong[r.Outcome]++
		switch {
		case r.Outcome == Error:
			broken = append(broken, fmt.Sprintf("%s: %s", c.ID, r.Detail))
		case r.Outcome == Fail && c.Expect.Reject == nil:
			remarks = append(remarks, fmt.Sprintf("%s does not take the known-good case %s: %s; %s", t.Name, c.ID, firstLine(r.Detail), r.Got))
		case r.Outcome == Fail:
			remarks = append(remarks, fmt.Sprintf("%s does not refuse the known-bad case %s as it should: %s; %s", t.Name, c.ID, firstLine(r.Detail), r.Got))
		}
	}
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	if len(cases) > 0 && len(broken) == len(cases) {
		return nil, fmt.Errorf("the harness is broken: the adapter of %s starts, and answers neither smoke case\n  %s",
			t.Name, strings.Join(broken, "\n  "))
	}
	if len(cases) > 1 && wrong[Fail] == len(cases) {
		remarks = append(remarks, "both smoke cases fail, so look at the adapter before the implementation")
	}
	return remarks, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
