package httpscript

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// key is a signing key of a script.
type key struct{ private ed25519.PrivateKey }

// newKey makes the key of a name; seed and script make it another one each run.
func newKey(seed, script, name string) key {
	sum := sha256.Sum256([]byte("kez httpscript\n" + seed + "\n" + script + "\n" + name))
	return key{ed25519.NewKeyFromSeed(sum[:])}
}

func (k key) hex() string { return hex.EncodeToString(k.private.Public().(ed25519.PublicKey)) }

func (k key) identity() string { return "ed25519:" + k.hex() }

func (k key) sign(text string) string {
	return hex.EncodeToString(ed25519.Sign(k.private, []byte(text)))
}

// event is a signed event in canonical form. Its members are few and their
// values plain, so the form is written down instead of computed.
type event struct {
	line string
	seq  int
}

func (e event) hash() string {
	sum := sha256.Sum256([]byte(e.line))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// change is what a line "event NAME KEY OP ARGUMENTS… [after EVENT] [with …]"
// asks for.
type change struct {
	signer  key
	op      string
	subject string // of add, revoke and operations that nobody knows
	other   key    // of rotate and add_device
	name    string // of add_device
	after   *event
	with    map[string]string // faults
}

func (c change) sign() (event, error) {
	primary, e := c.signer.identity(), event{}
	prev := ""
	if c.after != nil {
		e.seq, prev = c.after.seq+1, c.after.hash()
	}
	if value, ok := c.with["seq"]; ok {
		seq, err := strconv.Atoi(value)
		if err != nil {
			return event{}, err
		}
		e.seq = seq
	}
	if value, ok := c.with["prev"]; ok {
		prev = value
	}
	member := "" // of an acceptance and of the event itself
	if prev != "" {
		member = fmt.Sprintf(`"prev":%q,`, prev)
	}
	var arguments string
	switch target := c.other; c.op {
	case "rotate":
		sig := target.sign(fmt.Sprintf(`{"new_primary":%q,"old_primary":%q,%s"type":"kez.rotate.accept","version":1}`, target.identity(), primary, member))
		arguments = fmt.Sprintf(`{"new_primary":%q,"new_sig":%q}`, target.identity(), sig)
	case "add_device":
		sig := target.sign(fmt.Sprintf(`{"device":%q,%s"primary":%q,"type":"kez.device.accept","version":1}`, target.identity(), member, primary))
		arguments = fmt.Sprintf(`{"device":%q,"device_sig":%q,"name":%q}`, target.identity(), sig, c.name)
	default:
		arguments = fmt.Sprintf(`{"subject":%q}`, c.subject)
	}
	at := "2026-01-02T03:04:05Z"
	if value, ok := c.with["created_at"]; ok {
		at = value
	}
	payload := fmt.Sprintf(`{"created_at":%q,"op":%q,"payload":%s,%s"primary":%q,"seq":%d,"type":"kez.sigchain.event","version":1}`,
		at, c.op, arguments, member, primary, e.seq)
	sig := c.signer.sign(payload)
	if _, broken := c.with["broken"]; broken { // one digit of the signature
		flipped := "1"
		if sig[0] == '1' {
			flipped = "0"
		}
		sig = flipped + sig[1:]
	}
	e.line = fmt.Sprintf(`{"kez":"sigchain_event","payload":%s,"signature":{"alg":"ed25519-sha512-jcs","key":%q,"sig":%q}}`, payload, primary, sig)
	return e, nil
}
