package adapter

import (
	"kez.lat/kez/impl/go/kez"
)

// parseIdentity reads an identity as typed, or as it stands in signed data.
func parseIdentity(r Request) (State, error) {
	text, err := r.Input.Text("text")
	if err != nil {
		return nil, err
	}
	mode, err := r.Input.Text("mode")
	if err != nil {
		return nil, err
	}
	parse := kez.ParseTyped
	switch mode {
	case "typed":
	case "signed":
		parse = kez.ParseSigned
	default:
		return nil, badInput("mode is typed or signed, not %q", mode)
	}
	id, err := parse(text)
	if err != nil {
		return nil, err
	}
	return State{"identity": id.String()}, nil
}
