package adapter

import (
	"math"

	"kez.lat/kez/impl/go/strictjson"
)

// canonicalize reads a text strictly, of any size, and gives its canonical
// bytes.
func canonicalize(r Request) (State, error) {
	text, err := r.Input.Bytes("json")
	if err != nil {
		return nil, err
	}
	doc, err := strictjson.ReadCanonical(text, math.MaxInt)
	if err != nil {
		return nil, err
	}
	return State{"canonical": Encode(doc.Bytes())}, nil
}
