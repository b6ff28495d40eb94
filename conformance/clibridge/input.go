package clibridge

import (
	"encoding/json"
	"errors"
	"fmt"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// text gives a plain string of the input, "" where it is absent.
func text(r adapter.Request, name string) string {
	var s string
	if json.Unmarshal(r.Input[name], &s) != nil {
		return ""
	}
	return s
}

// data gives bytes of the input.
func data(r adapter.Request, name string) ([]byte, error) {
	b, err := vectors.ParseBytes(r.Input[name])
	if err != nil {
		return nil, fmt.Errorf("input %s: %w", name, err)
	}
	return b.Decode()
}

// secret gives a secret in the one written form that files and KEZ_SECRET take.
func secret(r adapter.Request, name string) (string, error) {
	var s struct {
		Seed   string `json:"seed_hex"`
		Nsec   string `json:"nsec"`
		Phrase string `json:"phrase"`
	}
	if err := json.Unmarshal(r.Input[name], &s); err != nil {
		return "", fmt.Errorf("input %s: %w", name, err)
	}
	for _, written := range []string{s.Seed, s.Nsec, s.Phrase} {
		if written != "" {
			return written, nil
		}
	}
	return "", errors.New("input " + name + " holds no secret")
}

// accept makes an accepting answer.
func accept(state map[string]any) (adapter.Answer, error) {
	raw, err := json.Marshal(state)
	return adapter.Answer{Accept: raw}, err
}
