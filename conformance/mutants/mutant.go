package mutants

import (
	"encoding/json"
	"slices"

	"kez.lat/kez/impl/go/adapter"
)

// Mutant is an implementation that is wrong in one rule.
type Mutant struct {
	Name   string
	Rule   string // the tag of the rule it breaks
	Handle adapter.Handler
}

// All lists the mutants.
func All() []Mutant {
	return slices.Concat(
		identityMutants(), jsonMutants(), envelopeMutants(), claimMutants(), tokenMutants(),
		textMutants(), signatureMutants(), chainMutants(), verifyMutants(), sourceMutants(),
	)
}

// alters answers rightly, then lets f change the answers of one operation.
func alters(op string, f func(r adapter.Request, right adapter.Answer) adapter.Answer) adapter.Handler {
	return func(r adapter.Request) adapter.Answer {
		right := adapter.Handle(r)
		if r.Op != op || right.Fault != "" {
			return right
		}
		return f(r, right)
	}
}

// skips does not make a check: what would be refused with the code is taken,
// where when holds. Whatever state comes of it, taking it is the fault.
func skips(op, code string, when func(adapter.Request) bool) adapter.Handler {
	return alters(op, func(r adapter.Request, right adapter.Answer) adapter.Answer {
		if right.Reject != nil && string(right.Reject.Code) == code && (when == nil || when(r)) {
			return adapter.Answer{Accept: adapter.State{}}
		}
		return right
	})
}

// rereads changes one member of the input before it is read rightly.
func rereads(op, member string, change func([]byte) []byte) adapter.Handler {
	return func(r adapter.Request) adapter.Answer {
		if r.Op == op {
			if data, err := r.Input.Bytes(member); err == nil {
				r = with(r, member, change(data))
			}
		}
		return adapter.Handle(r)
	}
}

// with gives the request with other bytes in one member.
func with(r adapter.Request, member string, data []byte) adapter.Request {
	raw, err := json.Marshal(adapter.Encode(data))
	if err != nil {
		panic(err) // a map of strings marshals
	}
	return withRaw(r, member, raw)
}

// withRaw gives the request with another member, or without it where raw is nil.
func withRaw(r adapter.Request, member string, raw json.RawMessage) adapter.Request {
	input := adapter.Input{}
	for name, value := range r.Input {
		input[name] = value
	}
	if input[member] = raw; raw == nil {
		delete(input, member)
	}
	r.Input = input
	return r
}

// refuses is the answer of a mutant that refuses what it should take.
func refuses(code string) adapter.Answer {
	return adapter.Answer{Reject: &adapter.Reject{Code: kezCode(code)}}
}

// input gives the bytes of a member, nil where there are none.
func input(r adapter.Request, member string) []byte {
	data, err := r.Input.Bytes(member)
	if err != nil {
		return nil
	}
	return data
}

// has tells whether the right answer is a refusal with the code.
func has(a adapter.Answer, code string) bool {
	return a.Reject != nil && string(a.Reject.Code) == code
}
