package envelope

import (
	"encoding/hex"
	"strconv"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Pair is one member of an object under construction. Value is a string, an
// int64 or []Pair.
type Pair struct {
	Name  string
	Value any
}

// AppendObject appends a JSON object with its members in the given order.
func AppendObject(dst []byte, pairs []Pair) []byte {
	dst = append(dst, '{')
	for i, p := range pairs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strictjson.AppendString(dst, p.Name)
		dst = append(dst, ':')
		switch v := p.Value.(type) {
		case string:
			dst = strictjson.AppendString(dst, v)
		case int64:
			dst = strconv.AppendInt(dst, v, 10)
		case []Pair:
			dst = AppendObject(dst, v)
		default:
			panic("envelope: a member is a string, an int64 or []Pair")
		}
	}
	return append(dst, '}')
}

// SignObject signs JCS of an object that is no envelope, such as the acceptance
// of a rotation, and gives the signature in hex.
func SignObject(pairs []Pair, signer *keys.Private) (string, error) {
	doc, err := strictjson.ReadCanonical(AppendObject(nil, pairs), kez.MaxEnvelope)
	if err != nil {
		return "", err
	}
	sig, err := signer.Sign(doc.Bytes())
	return hex.EncodeToString(sig[:]), err
}

// VerifyObject checks a signature made by SignObject.
func VerifyObject(pairs []Pair, key kez.Identity, sig [64]byte) bool {
	doc, err := strictjson.ReadCanonical(AppendObject(nil, pairs), kez.MaxEnvelope)
	return err == nil && keys.Verify(key, doc.Bytes(), &sig)
}

// Sign makes an envelope around a payload, reads it back under the rules of its
// kind and verifies it, so that nothing is ever signed that a reader refuses
// (KEZ-SIG: the signer refuses a payload with a missing member).
func Sign(object []Pair, payload Payload, signer *keys.Private, options Options) (*Envelope, error) {
	kind, payloadType, _ := payload.Schema()
	object = append([]Pair{{"type", payloadType}, {"version", int64(1)}}, object...)
	sig, err := SignObject(object, signer)
	if err != nil {
		return nil, err
	}
	whole := AppendObject(nil, []Pair{{"kez", string(kind)}, {"payload", object}, {"signature", []Pair{
		{"alg", signer.Algorithm()}, {"key", signer.Identity().String()}, {"sig", sig},
	}}})
	return Open(whole, payload, options)
}
