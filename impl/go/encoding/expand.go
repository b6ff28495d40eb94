package encoding

import (
	"bytes"
	"encoding/hex"
	"errors"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// ExpandShort gives the one envelope that a short token stands for, in the
// JSON form (KEZ-SHORT-006). The signature is over its payload.
func ExpandShort(s Short) ([]byte, error) {
	key := s.Key.String()
	var out []byte
	out = append(out, `{"kez":"claim","payload":{"type":"kez.claim","version":1,"subject":`...)
	out = strictjson.AppendString(out, s.Subject)
	out = append(out, `,"primary":"`+key+`","created_at":"`+writtenTime(s.CreatedAt)...)
	if s.ExpiresAt != 0 {
		out = append(out, `","expires_at":"`+writtenTime(s.ExpiresAt)...)
	}
	out = append(out, `"},"signature":{"alg":"`+keys.Algorithm(s.Key)+`","key":"`+key+`","sig":"`...)
	out = hex.AppendEncode(out, s.Signature[:])
	return formatJSON(append(out, `"}}`...), unbounded)
}

func writtenTime(unix int64) string { return kez.FormatTime(time.Unix(unix, 0)) }

// ShortOf reads the envelope of a claim into the fields of its short form. A
// claim that would not expand to the same envelope again, such as one with
// fractional seconds, another offset or a device's signature, is
// short.not_encodable (KEZ-SHORT-009).
func ShortOf(envelope []byte) (Short, error) {
	doc, err := strictjson.ReadCanonical(envelope, kez.MaxEnvelope)
	if err != nil {
		return Short{}, err
	}
	s, err := shortFields(doc.Root())
	if err != nil {
		return Short{}, err
	}
	expanded, err := ExpandShort(s)
	if err != nil {
		return Short{}, err
	}
	again, err := strictjson.ReadCanonical(expanded, unbounded)
	if err != nil {
		return Short{}, err
	}
	if !bytes.Equal(doc.Bytes(), again.Bytes()) {
		return Short{}, notEncodable(difference(doc.Root(), again.Root()))
	}
	return s, nil
}

func shortFields(root strictjson.Value) (s Short, err error) {
	if !root.Member("kez").Is("claim") {
		return s, notEncodable("it is no claim")
	}
	payload, signature := root.Member("payload"), root.Member("signature")
	s.Subject = payload.Member("subject").Text()
	if s.Subject == "" {
		return s, notEncodable("it has no subject")
	}
	if s.Key, err = kez.ParseSigned(payload.Member("primary").Text()); err != nil {
		return s, err
	}
	if !s.Key.IsKey() {
		return s, notEncodable("the primary is no key")
	}
	raw, err := hex.DecodeString(signature.Member("sig").Text())
	if err != nil || len(raw) != len(s.Signature) {
		return s, notEncodable("the signature is not 128 hex digits")
	}
	s.Signature = [64]byte(raw)
	created, ok := kez.ParseTime(payload.Member("created_at").Text())
	if !ok {
		return s, notEncodable("created_at is no time")
	}
	s.CreatedAt = created.Unix()
	if member := payload.Member("expires_at"); member.Kind() != strictjson.None {
		expires, ok := kez.ParseTime(member.Text())
		if !ok || expires.Unix() <= s.CreatedAt {
			return s, notEncodable("expires_at is no later time")
		}
		s.ExpiresAt = expires.Unix()
	}
	if !inShortRange(s) {
		return s, notEncodable("a time is outside the years 1970 to 9999")
	}
	return s, nil
}

// inShortRange excludes times that an offset moves out of the written years.
func inShortRange(s Short) bool {
	return s.CreatedAt >= 0 && s.CreatedAt <= kez.MaxUnix && s.ExpiresAt <= kez.MaxUnix
}

// difference says which part of a claim its short form cannot carry.
func difference(claim, expanded strictjson.Value) string {
	payload, again := claim.Member("payload"), expanded.Member("payload")
	for _, name := range []string{"created_at", "expires_at"} {
		if payload.Member(name).Text() != again.Member(name).Text() {
			return name + " is not written as YYYY-MM-DDTHH:MM:SSZ"
		}
	}
	if claim.Member("signature").Member("key").Text() != expanded.Member("signature").Member("key").Text() {
		return "it is signed by another key than its primary"
	}
	return "it holds more or other members than a claim"
}

// hintOf gives the hint of an error of this project.
func hintOf(err error) string {
	if e, ok := errors.AsType[*kez.Error](err); ok {
		return e.Hint
	}
	return ""
}
