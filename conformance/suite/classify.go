package suite

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/spec"
	"kez.lat/kez/vectors"
)

// registry is the set of known codes.
var registry = sync.OnceValue(func() map[string]bool {
	codes := map[string]bool{}
	for _, c := range spec.Codes() {
		codes[c.Code] = true
	}
	return codes
})

// classify compares an answer with what the case wants.
func classify(t *Target, c vectors.Case, a adapter.Answer) Result {
	a = t.mapped(a)
	r := Result{Case: c, Want: wanted(c.Expect), Got: given(a)}
	switch {
	case a.Fault != nil:
		r.Outcome, r.Detail = Error, "the adapter reports a fault of its own: "+*a.Fault
		return r
	case a.Unsupported:
		r.Detail = "the adapter declares " + c.Op + " and answers unsupported"
	case c.Expect.Reject == nil && a.Reject != nil:
		r.Detail = "refused what has to be taken"
	case c.Expect.Reject == nil:
		r.Detail = accepted(c, a.Accept)
	case a.Accept != nil:
		r.Detail = "took what has to be refused"
	default:
		r.Detail = refusal(*c.Expect.Reject, *a.Reject)
	}
	r.Outcome = Pass
	if r.Detail != "" {
		r.Outcome = Fail
	}
	return r
}

// accepted says what is wrong with an accepted state, "" for nothing.
func accepted(c vectors.Case, state json.RawMessage) string {
	state, err := unpacked(c, state)
	if err != nil {
		return err.Error()
	}
	return strings.Join(compare(c.Expect.Accept, state), "\n")
}

// mapped gives the answer with the registry's code in the place of the
// implementation's own.
func (t *Target) mapped(a adapter.Answer) adapter.Answer {
	if a.Reject == nil {
		return a
	}
	reject := *a.Reject
	if code, found := t.Codes[reject.Code]; found {
		reject.Code = code
	}
	a.Reject = &reject
	return a
}

// refusal says what is wrong with a refusal, "" for nothing.
func refusal(want vectors.Reject, got adapter.Reject) string {
	switch {
	case got.Code != want.Code && !slices.Contains(want.Also, got.Code):
		if !registry()[got.Code] {
			return "refused, but the code " + cut(got.Code, 100) + " is not in the registry of spec/errors.md; map it in the manifest"
		}
		return "refused with another code"
	case want.At != 0 && got.At != want.At:
		return "refused rightly, and named another line"
	}
	return ""
}

// settle applies what is written down about a case to its result.
func (t *Target) settle(r Result) Result {
	reason, expected := t.Expected[r.Case.ID]
	switch {
	case !expected:
	case r.Outcome == Fail:
		r.Reason = reason
	case r.Outcome == Pass:
		r.Unexpected = true
		r.Detail = "passed, and the expected-failures file says it fails (" + reason + "); remove the line"
	}
	return r
}
