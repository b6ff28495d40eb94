package nostr

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"kez.lat/kez/impl/go/keys"
)

const (
	kindProfile  = 0
	kindPost     = 1
	kindDeletion = 5
	kindData     = 30078
)

// event is an event of NIP-01.
type event struct {
	ID        string     `json:"id"`
	PubKey    string     `json:"pubkey"`
	CreatedAt int64      `json:"created_at"`
	Kind      int        `json:"kind"`
	Tags      [][]string `json:"tags"`
	Content   string     `json:"content"`
	Sig       string     `json:"sig"`
}

// sound reports whether the id is the hash of what was parsed, and the signature
// the author's over it. Whatever the JSON reader mends or drops, such as bytes
// that are no UTF-8, changes the hash, so only what was signed gets through.
func (e *event) sound() bool {
	id := sha256.Sum256(e.serialise())
	var public [32]byte
	var sig [64]byte
	return e.ID == hex.EncodeToString(id[:]) && lowerHex(public[:], e.PubKey) && lowerHex(sig[:], e.Sig) &&
		keys.VerifyBIP340(&public, id[:], &sig)
}

// lowerHex decodes exactly as many lower-case digits as dst has room for.
func lowerHex(dst []byte, text string) bool {
	if len(text) != hex.EncodedLen(len(dst)) || text != strings.ToLower(text) {
		return false
	}
	_, err := hex.Decode(dst, []byte(text))
	return err == nil
}

// serialise gives the bytes whose hash is the id.
func (e *event) serialise() []byte {
	var b bytes.Buffer
	b.WriteString("[0,")
	writeString(&b, e.PubKey)
	fmt.Fprintf(&b, ",%d,%d,[", e.CreatedAt, e.Kind)
	for i, tag := range e.Tags {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for j, value := range tag {
			if j > 0 {
				b.WriteByte(',')
			}
			writeString(&b, value)
		}
		b.WriteByte(']')
	}
	b.WriteString("],")
	writeString(&b, e.Content)
	b.WriteByte(']')
	return b.Bytes()
}

// writeString quotes as the programs that make events do: the escapes of NIP-01,
// \u00XX for the other control characters, and nothing else. encoding/json
// escapes more.
func writeString(b *bytes.Buffer, text string) {
	b.WriteByte('"')
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if c >= ' ' {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(b, `\u%04x`, c)
			}
		}
	}
	b.WriteByte('"')
}

// tag gives the first value of the first tag of a name, which is the one that
// counts for d.
func (e *event) tag(name string) (value string, found bool) {
	for _, tag := range e.Tags {
		if len(tag) > 1 && tag[0] == name {
			return tag[1], true
		}
	}
	return "", false
}

// address is what a deletion can name in the place of the id; "" for events that
// are not replaceable.
func (e *event) address() string {
	switch e.Kind {
	case kindProfile:
		return "0:" + e.PubKey + ":"
	case kindData:
		d, _ := e.tag("d")
		return "30078:" + e.PubKey + ":" + d
	}
	return ""
}

// text gives the part of an event that is searched for proofs.
func (e *event) text() string {
	if e.Kind != kindProfile {
		return e.Content
	}
	// A map, because a struct would also take About and ABOUT.
	var profile map[string]json.RawMessage
	var about string
	if json.Unmarshal([]byte(e.Content), &profile) != nil || json.Unmarshal(profile["about"], &about) != nil {
		return ""
	}
	return about
}

// newer orders events as they count: newest first, of equal times the lowest id.
func newer(a, b *event) int {
	return cmp.Or(cmp.Compare(b.CreatedAt, a.CreatedAt), cmp.Compare(a.ID, b.ID))
}
