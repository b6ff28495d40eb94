package vectors

import (
	"encoding/json"
	"fmt"
)

// Key is one of the named key pairs. All of them are public: nobody may use
// one for anything but tests.
type Key struct {
	Name     string `json:"name"`
	System   string `json:"system"`           // ed25519 or nostr
	Secret   string `json:"secret"`           // hex of the seed or of the secp256k1 secret
	Public   string `json:"public"`           // hex
	Identity string `json:"identity"`         // as it stands in claims
	Nsec     string `json:"nsec,omitempty"`   // nostr only
	Phrase   string `json:"phrase,omitempty"` // ed25519 only, where one is known
}

// Keys reads the named key pairs.
func Keys() ([]Key, error) {
	data, err := files.ReadFile("keys.json")
	if err != nil {
		return nil, err
	}
	var k struct {
		Schema string `json:"$schema"`
		Keys   []Key  `json:"keys"`
	}
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, fmt.Errorf("vectors: keys.json: %w", err)
	}
	return k.Keys, nil
}
