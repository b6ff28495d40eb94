package encoding

import (
	"bytes"
	"encoding/json"
	"math"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// unbounded is the limit for JSON that this package made itself.
const unbounded = math.MaxInt

// FormatJSON writes any one envelope in the JSON form: two spaces a level,
// members in the order of the specification, unknown ones after them in the
// order of the text, one final newline (KEZ-ENC-001).
func FormatJSON(envelope []byte) ([]byte, error) { return formatJSON(envelope, kez.MaxEnvelope) }

func formatJSON(envelope []byte, limit int) ([]byte, error) {
	doc, err := strictjson.Read(envelope, limit)
	if err != nil {
		return nil, err
	}
	root := doc.Root()
	if root.Kind() != strictjson.Object {
		return nil, kez.Errorf(kez.EnvelopeNotObject, "the envelope is %s, not an object", root.Kind())
	}
	out := make([]byte, 0, len(envelope)+len(envelope)/4+64)
	out, err = appendValue(out, root, envelopeOrder(root.Member("kez").Text()), "\n")
	return append(out, '\n'), err
}

// order is the written order of an object's members, with that of the objects
// inside. A nil order keeps the order of the text.
type order []member

type member struct {
	name  string
	inner order
}

func names(list ...string) order {
	o := make(order, len(list))
	for i, name := range list {
		o[i].name = name
	}
	return o
}

// envelopeOrder gives the order for a kind of envelope.
func envelopeOrder(kind string) order {
	var payload order
	switch kind {
	case "claim":
		payload = names("type", "version", "subject", "primary", "created_at", "expires_at")
	case "sigchain_event":
		payload = append(names("type", "version", "primary", "seq", "prev", "created_at", "op"),
			member{"payload", names("subject", "new_primary", "new_sig", "device", "name", "device_sig")})
	case "handle_registration":
		payload = names("type", "version", "handle", "server", "primary", "created_at")
	}
	return order{{"kez", nil}, {"payload", payload}, {"signature", names("alg", "key", "sig")}}
}

// appendValue writes one value; newline is a line feed and the indentation of
// the line the value starts on.
func appendValue(out []byte, v strictjson.Value, o order, newline string) ([]byte, error) {
	switch v.Kind() {
	case strictjson.Object:
		return appendObject(out, v, o, newline)
	case strictjson.Array:
		buffer := bytes.NewBuffer(out)
		err := json.Indent(buffer, v.Raw(), newline[1:], "  ")
		return buffer.Bytes(), err
	case strictjson.String:
		return strictjson.AppendString(out, v.Text()), nil
	}
	return append(out, v.Raw()...), nil
}

func appendObject(out []byte, v strictjson.Value, o order, newline string) ([]byte, error) {
	inner, count := newline+"  ", 0
	out = append(out, '{')
	write := func(name string, value strictjson.Value, o order) (err error) {
		if count++; count > 1 {
			out = append(out, ',')
		}
		out = append(out, inner...)
		out = strictjson.AppendString(out, name)
		out = append(out, ": "...)
		out, err = appendValue(out, value, o, inner)
		return err
	}
	for _, m := range o {
		if value := v.Member(m.name); value.Kind() != strictjson.None {
			if err := write(m.name, value, m.inner); err != nil {
				return nil, err
			}
		}
	}
	for name, value := range v.Members() {
		if o.holds(name) {
			continue
		}
		if err := write(name, value, nil); err != nil {
			return nil, err
		}
	}
	if count > 0 {
		out = append(out, newline...)
	}
	return append(out, '}'), nil
}

func (o order) holds(name string) bool {
	for _, m := range o {
		if m.name == name {
			return true
		}
	}
	return false
}
