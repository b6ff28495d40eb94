package storefake

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// event is what a store has to know of a line.
type event struct {
	Payload   json.RawMessage `json:"payload"`
	Signature struct {
		Sig string `json:"sig"`
	} `json:"signature"`

	canonical []byte
	hash      string
	fields    fields
}

type fields struct {
	Primary string `json:"primary"`
	Seq     *int   `json:"seq"`
	Prev    string `json:"prev"`
	Op      string `json:"op"`
	Args    struct {
		Subject string `json:"subject"`
	} `json:"payload"`
}

// canonical writes JSON with sorted members and no white space, which is RFC
// 8785 for the strings and integers that events hold.
func canonical(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func parse(line []byte) (*event, error) {
	e := new(event)
	err := json.Unmarshal(line, e)
	if err == nil {
		err = json.Unmarshal(e.Payload, &e.fields)
	}
	if err == nil {
		e.canonical, err = canonical(line)
	}
	if err == nil && (e.fields.Seq == nil || e.fields.Primary == "") {
		err = fmt.Errorf("no event")
	}
	sum := sha256.Sum256(e.canonical)
	e.hash = "sha256:" + hex.EncodeToString(sum[:])
	return e, err
}

// parseAll reads the lines of a chain as far as they are events.
func parseAll(lines []byte) (all []*event) {
	for line := range strings.Lines(string(lines)) {
		e, err := parse([]byte(line))
		if err != nil {
			return all
		}
		all = append(all, e)
	}
	return all
}

// sound checks the signature where the primary is an Ed25519 key.
func (e *event) sound() bool {
	text, isEd25519 := strings.CutPrefix(e.fields.Primary, "ed25519:")
	if !isEd25519 {
		return true
	}
	public, err := hex.DecodeString(text)
	sig, sigErr := hex.DecodeString(e.Signature.Sig)
	message, canonErr := canonical(e.Payload)
	return err == nil && sigErr == nil && canonErr == nil && len(public) == ed25519.PublicKeySize && ed25519.Verify(public, message, sig)
}

// refused is why an event cannot be stored, with the stored event to show.
type refused struct {
	status int
	code   string
	event  *event
}

// follow checks one event against the chain so far; known says that it is
// there already.
func follow(chain []*event, e *event, primary string) (known bool, r *refused) {
	seq := *e.fields.Seq
	last := func() *event {
		if len(chain) == 0 {
			return nil
		}
		return chain[len(chain)-1]
	}()
	switch {
	case e.fields.Primary != primary:
		return false, &refused{status: 400, code: "sigchain.primary_changed"}
	case seq < 0:
		return false, &refused{status: 400, code: "sigchain.seq"}
	case seq < len(chain) && chain[seq].hash == e.hash:
		return true, nil
	case !e.sound():
		return false, &refused{status: 422, code: "signature.invalid"}
	case seq < len(chain):
		return false, &refused{409, "sigchain.fork", chain[seq]}
	case last != nil && last.fields.Op == "rotate":
		return false, &refused{409, "sigchain.closed", last}
	case seq > len(chain):
		return false, &refused{409, "sigchain.gap", last}
	case seq > 0 && e.fields.Prev != last.hash:
		return false, &refused{409, "sigchain.prev_mismatch", last}
	}
	return false, nil
}
