package suite

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/klauspost/compress/zstd"

	"kez.lat/kez/vectors"
)

// maxTXTString is the length of every string of a TXT record but the last.
const maxTXTString = 255

// unpacked adds the member decoded to the answer of a case that names it: what
// the compact token in the answer holds. Tokens themselves are not compared,
// since compressors write different bytes (KEZ-COMPACT-004).
func unpacked(c vectors.Case, accepted json.RawMessage) (json.RawMessage, error) {
	if _, named := c.Expect.Accept["decoded"]; !named || c.Op != "claim.encode" {
		return accepted, nil
	}
	var state map[string]json.RawMessage
	if err := json.Unmarshal(accepted, &state); err != nil {
		return nil, errors.New("the accepted state is no object")
	}
	token, err := tokenOf(state)
	if err != nil {
		return nil, err
	}
	content, err := unpackToken(token)
	if err != nil {
		return nil, fmt.Errorf("the token in the answer: %w", err)
	}
	state["decoded"] = EncodeBytes(content)
	return json.Marshal(state)
}

// tokenOf gives the token of an answer: its text, or the joined strings of its
// TXT record.
func tokenOf(state map[string]json.RawMessage) (string, error) {
	if raw, found := state["text"]; found {
		text, isBytes := decode(raw)
		if !isBytes {
			return "", errors.New("text is no bytes")
		}
		return string(text), nil
	}
	var parts []string
	if err := json.Unmarshal(state["strings"], &parts); err != nil || len(parts) == 0 {
		return "", errors.New("the answer has neither text nor strings")
	}
	for i, part := range parts {
		if last := i == len(parts)-1; len(part) != maxTXTString && !last || len(part) > maxTXTString || len(part) == 0 {
			return "", fmt.Errorf("string %d of the TXT record has %d bytes", i+1, len(part))
		}
	}
	return strings.Join(parts, ""), nil
}

// unpackToken gives the content of a compact token.
func unpackToken(token string) ([]byte, error) {
	body, found := strings.CutPrefix(token, "kez:z1:")
	if !found {
		return nil, errors.New("the prefix kez:z1: is not there")
	}
	frame, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return nil, fmt.Errorf("it is no base64url: %w", err)
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(16<<20))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := r.DecodeAll(frame, nil)
	if err != nil {
		return nil, fmt.Errorf("its frame does not decode: %w", err)
	}
	return content, nil
}
