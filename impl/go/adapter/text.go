package adapter

import (
	"encoding/json"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/verify"
)

// readTXT judges the TXT records at one name.
func readTXT(r Request) (State, error) {
	var raw [][]json.RawMessage
	if err := json.Unmarshal(r.Input["records"], &raw); err != nil {
		return nil, badInput("records is no list of lists of bytes")
	}
	records := make([][]string, len(raw))
	for i, strings := range raw {
		for _, s := range strings {
			data, err := Decode(s)
			if err != nil {
				return nil, badInput("record %d: %v", i, err)
			}
			records[i] = append(records[i], string(data))
		}
	}
	q, err := question(r)
	if err != nil {
		return nil, err
	}
	found, err := encoding.ReadTXT(records)
	if err != nil {
		return nil, err
	}
	return verdict(verify.Claims(found, q))
}

// scanText lists the proofs in a plain text, each with its own code.
func scanText(r Request) (State, error) {
	text, err := r.Input.Bytes("text")
	if err != nil {
		return nil, err
	}
	q, err := question(r)
	if err != nil {
		return nil, err
	}
	found, err := encoding.ScanText(text)
	if err != nil {
		return nil, err
	}
	candidates := []map[string]any{}
	for _, c := range verify.Claims(found, q).Candidates {
		candidates = append(candidates, map[string]any{"encoding": c.Encoding, "code": c.Code, "subject": c.Subject})
	}
	return State{"candidates": candidates}, nil
}
