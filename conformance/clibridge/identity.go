package clibridge

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"kez.lat/kez/conformance/adapter"
)

// identityParse asks `identity parse TEXT`.
func identityParse(c *call, r adapter.Request) (adapter.Answer, error) {
	if text(r, "mode") != "typed" {
		return inexpressible("identities of signed data are not arguments")
	}
	typed, err := data(r, "text")
	if err != nil {
		return adapter.Answer{}, err
	}
	switch {
	case bytes.IndexByte(typed, 0) >= 0:
		return inexpressible("an argument holds no zero byte")
	case bytes.HasPrefix(typed, []byte("-")):
		return inexpressible("the text would be a flag")
	}
	return c.parseIdentity(string(typed))
}

func (c *call) parseIdentity(typed string) (adapter.Answer, error) {
	o, reject, err := c.object(nil, "identity", "parse", typed)
	if err != nil || reject != nil {
		return adapter.Answer{Reject: reject}, err
	}
	return accept(map[string]any{"identity": o["identity"]})
}

// keyPhrase asks `identity from-mnemonic - --out FILE`, whose file holds the
// secret that --json leaves out.
func keyPhrase(c *call, r adapter.Request) (adapter.Answer, error) {
	path := filepath.Join(c.folder, "key")
	o, reject, err := c.object([]byte(text(r, "phrase")+"\n"), "identity", "from-mnemonic", "-", "--out", path)
	if err != nil || reject != nil {
		return adapter.Answer{Reject: reject}, err
	}
	lines, err := os.ReadFile(path)
	if err != nil {
		return adapter.Answer{}, err
	}
	state := map[string]any{"identity": o["primary"], "public": o["public"], "seed": json.RawMessage(`""`)}
	for line := range strings.Lines(string(lines)) {
		if seed, found := strings.CutPrefix(line, "Secret: "); found {
			state["seed"] = strings.TrimSpace(seed)
		}
	}
	return accept(state)
}
