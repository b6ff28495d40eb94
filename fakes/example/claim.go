package example

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Claim is a signed claim.
type Claim struct {
	Kez       string    `json:"kez"`
	Payload   payload   `json:"payload"`
	Signature signature `json:"signature"`
}

// The members stand in the order in which they are written.
type payload struct {
	Type      string `json:"type"`
	Version   int    `json:"version"`
	Subject   string `json:"subject"`
	Primary   string `json:"primary"`
	CreatedAt string `json:"created_at"`
	ExpiresAt string `json:"expires_at,omitempty"`
}

type signature struct {
	Alg string `json:"alg"`
	Key string `json:"key"`
	Sig string `json:"sig"`
}

// Sign makes a claim with the key of a 32-byte seed. Times are Unix seconds;
// with expires 0 the claim does not expire.
func Sign(seed []byte, subject string, created, expires int64) (Claim, error) {
	key := ed25519.NewKeyFromSeed(seed)
	primary := "ed25519:" + hex.EncodeToString(key.Public().(ed25519.PublicKey))
	c := Claim{Kez: "claim", Payload: payload{
		Type: "kez.claim", Version: 1, Subject: subject, Primary: primary, CreatedAt: written(created),
	}}
	if expires != 0 {
		c.Payload.ExpiresAt = written(expires)
	}
	signed, err := c.Payload.canonical()
	if err != nil {
		return Claim{}, err
	}
	c.Signature = signature{Alg: "ed25519-sha512-jcs", Key: primary, Sig: hex.EncodeToString(ed25519.Sign(key, signed))}
	return c, nil
}

func written(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05Z") }

// canonical is the form that is signed: through a map, whose members the
// library sorts.
func (p payload) canonical() ([]byte, error) {
	raw, err := encode(p, "")
	if err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	return encode(members, "")
}

// encode writes JSON without the escapes that encoding/json adds for HTML.
func encode(value any, indent string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("example: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// JSON is the JSON form, with its final newline.
func (c Claim) JSON() (string, error) {
	text, err := encode(c, "  ")
	return string(text) + "\n", err
}

// Markdown is the Markdown form.
func (c Claim) Markdown() (string, error) {
	text, err := c.JSON()
	return fmt.Sprintf("# KEZ proof\n\nSubject: %s\nPrimary: %s\n\n```kez\n%s```\n", c.Payload.Subject, c.Payload.Primary, text), err
}

// Short is the short form, which fits into a TXT string or a post.
func (c Claim) Short() (string, error) {
	key, err := hex.DecodeString(c.Signature.Key[len("ed25519:"):])
	if err != nil {
		return "", fmt.Errorf("example: %w", err)
	}
	sig, err := hex.DecodeString(c.Signature.Sig)
	if err != nil {
		return "", fmt.Errorf("example: %w", err)
	}
	created, err := time.Parse(time.RFC3339, c.Payload.CreatedAt)
	if err != nil {
		return "", fmt.Errorf("example: %w", err)
	}
	lifetime := uint64(0)
	if c.Payload.ExpiresAt != "" {
		expires, err := time.Parse(time.RFC3339, c.Payload.ExpiresAt)
		if err != nil {
			return "", fmt.Errorf("example: %w", err)
		}
		lifetime = uint64(expires.Unix() - created.Unix())
	}
	body := append([]byte{1, 1}, key...)
	body = append(body, sig...)
	body = binary.AppendUvarint(body, uint64(created.Unix()))
	body = binary.AppendUvarint(body, lifetime)
	body = append(body, c.Payload.Subject...)
	return "kez:b1:" + base64.RawURLEncoding.EncodeToString(body), nil
}
