package nostrfake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Event is an event of NIP-01.
type Event struct {
	ID        string     `json:"id"`
	PubKey    string     `json:"pubkey"`
	CreatedAt int64      `json:"created_at"`
	Kind      int        `json:"kind"`
	Tags      [][]string `json:"tags"`
	Content   string     `json:"content"`
	Sig       string     `json:"sig"`
}

// stored is an event and the bytes it is served as.
type stored struct {
	Event
	raw json.RawMessage
}

// parse reads an event without judging it.
func parse(raw []byte) (stored, error) {
	var ev Event
	if err := json.Unmarshal(raw, &ev); err != nil {
		return stored{}, fmt.Errorf("nostrfake: event: %w", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return stored{}, fmt.Errorf("nostrfake: event: %w", err)
	}
	return stored{Event: ev, raw: compact.Bytes()}, nil
}

// hash is the id of an event, by its other members.
func (ev *Event) hash() [32]byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `[0,"%s",%d,%d,[`, ev.PubKey, ev.CreatedAt, ev.Kind)
	for i, tag := range ev.Tags {
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
	b.WriteString(`],`)
	writeString(&b, ev.Content)
	b.WriteByte(']')
	return sha256.Sum256(b.Bytes())
}

// writeString quotes as NIP-01 says. encoding/json escapes more, and ids would
// not be those of other programs.
func writeString(b *bytes.Buffer, text string) {
	b.WriteByte('"')
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		default:
			if c < ' ' {
				fmt.Fprintf(b, `\u%04x`, c)
			} else {
				b.WriteByte(c)
			}
		}
	}
	b.WriteByte('"')
}

// check tells what is wrong with an event, nil when it is sound.
func (ev *Event) check() error {
	id := ev.hash()
	if ev.ID != hex.EncodeToString(id[:]) {
		return errors.New("the id is not the hash of the event")
	}
	public, keyErr := hex.DecodeString(ev.PubKey)
	sig, sigErr := hex.DecodeString(ev.Sig)
	if keyErr != nil || sigErr != nil || !schnorrVerify(public, id[:], sig) {
		return errors.New("the signature is not one of the key over the id")
	}
	return nil
}

// Sign makes a sound event, given back as JSON; secret is hex or an nsec.
func Sign(secret string, kind int, tags [][]string, content string, createdAt int64) ([]byte, error) {
	raw, err := parseSecret(secret)
	if err != nil {
		return nil, err
	}
	_, public, err := evenKey(raw)
	if err != nil {
		return nil, err
	}
	if tags == nil {
		tags = [][]string{}
	}
	ev := Event{PubKey: hex.EncodeToString(public[:]), CreatedAt: createdAt, Kind: kind, Tags: tags, Content: content}
	id := ev.hash()
	sig, err := schnorrSign(raw, id[:])
	if err != nil {
		return nil, err
	}
	ev.ID, ev.Sig = hex.EncodeToString(id[:]), hex.EncodeToString(sig)
	return json.Marshal(ev)
}

// spoil gives a copy that no client may take: "id", "sig" or "both" have one
// bit flipped, "content" has a blank more.
func (st stored) spoil(what string) (stored, error) {
	bad := st.Event
	flip := func(hexText string) string {
		last, err := strconv.ParseUint(hexText[len(hexText)-1:], 16, 8)
		if err != nil {
			return hexText + "0"
		}
		return hexText[:len(hexText)-1] + strconv.FormatUint(last^1, 16)
	}
	switch what {
	case "id", "sig", "both":
		if (what != "sig") && bad.ID != "" {
			bad.ID = flip(bad.ID)
		}
		if (what != "id") && bad.Sig != "" {
			bad.Sig = flip(bad.Sig)
		}
	case "content":
		bad.Content += " "
	default:
		return st, fmt.Errorf(`nostrfake: cannot corrupt %q, only "id", "sig", "content" or "both"`, what)
	}
	raw, err := json.Marshal(bad)
	return stored{Event: bad, raw: raw}, err
}

// tag gives the first value of a tag, empty where there is none.
func (ev *Event) tag(name string) string {
	for _, tag := range ev.Tags {
		if len(tag) > 1 && tag[0] == name {
			return tag[1]
		}
	}
	return ""
}

// address names what a replaceable event replaces, empty for other kinds.
func (ev *Event) address() string {
	switch kind := ev.Kind; {
	case kind == 0, kind == 3, kind >= 10000 && kind < 20000:
		return fmt.Sprintf("%d:%s:", kind, ev.PubKey)
	case kind >= 30000 && kind < 40000:
		return fmt.Sprintf("%d:%s:%s", kind, ev.PubKey, ev.tag("d"))
	}
	return ""
}

// newer orders events as a relay serves them: newest first, of equal times the
// lowest id.
func newer(a, b stored) int {
	switch {
	case a.CreatedAt > b.CreatedAt:
		return -1
	case a.CreatedAt < b.CreatedAt:
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}
