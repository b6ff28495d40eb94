package relay

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// AuthHeader carries the proof that a request comes from the holder of a key.
const AuthHeader = "X-KEZ-Auth"

// MaxSkew is how far the time of a request may lie from the relay's clock, and
// exactly this far is taken (KEZ-RELAY-036).
const MaxSkew = 60 * time.Second

// PollText is what a poll of an inbox signs (wire).
func PollText(handle string, since int64) []string {
	return []string{"GET", "/v1/inbox/" + handle, "since=" + strconv.FormatInt(since, 10)}
}

// StreamText is what a stream of an inbox signs (wire).
func StreamText(handle string) []string {
	return []string{"GET", "/v1/inbox/" + handle + "/stream"}
}

// ProofsText is what a change of the shown proofs signs (wire).
func ProofsText(handle string) []string {
	return []string{"PUT", "/v1/profile/" + handle + "/proofs"}
}

// BodyText is what a send, a policy and a block list sign: also the relay, the
// recipient, "" for none, and the body as sent.
func BodyText(method, server, path, to string, body []byte) []string {
	sum := sha256.Sum256(body)
	return []string{method, server, path, to, hex.EncodeToString(sum[:])}
}

// SignAuth makes the value of the header for the lines of a request.
func SignAuth(lines []string, signer *keys.Private, at time.Time) (string, error) {
	ts := strconv.FormatInt(at.Unix(), 10)
	sig, err := signer.Sign(signedText(lines, ts))
	return ts + ":" + hex.EncodeToString(sig[:]), err
}

func signedText(lines []string, ts string) []byte {
	return []byte(strings.Join(append(lines[:len(lines):len(lines)], ts), "\n"))
}

// Auth is a header that is well-formed and of the right time. Its signature
// counts only after Verify.
type Auth struct {
	ts  string
	Sig [64]byte
}

// ReadAuth reads the value of the header; the faults it finds are auth.missing,
// auth.malformed, auth.stale and auth.future, in this order (KEZ-RELAY-034 to
// 038).
func ReadAuth(value string, now time.Time) (*Auth, error) {
	if value == "" {
		return nil, kez.Errorf(kez.AuthMissing, "the request is not signed").
			WithHint("send the header %s: <Unix seconds>:<signature in hex>", AuthHeader)
	}
	ts, digits, found := strings.Cut(value, ":")
	a := &Auth{ts: ts}
	at, ok := plainNumber(ts)
	if !found || !ok || len(digits) != 2*len(a.Sig) || strings.Trim(digits, "0123456789abcdef") != "" {
		return nil, malformed("the value of %s is not of the form <Unix seconds>:<128 lower-case hex digits>", AuthHeader)
	}
	if _, err := hex.Decode(a.Sig[:], []byte(digits)); err != nil {
		return nil, malformed("the signature of %s is no hex", AuthHeader)
	}
	switch skew := now.Unix() - at; {
	case skew > int64(MaxSkew/time.Second):
		return nil, kez.Errorf(kez.AuthStale, "the request was signed %d seconds ago by the relay's clock", skew).
			WithHint("set the clock of this machine; the relay's says %s", kez.FormatTime(now))
	case skew < -int64(MaxSkew/time.Second):
		return nil, kez.Errorf(kez.AuthFuture, "the request was signed %d seconds ahead of the relay's clock", -skew).
			WithHint("set the clock of this machine; the relay's says %s", kez.FormatTime(now))
	}
	return a, nil
}

// Verify checks the signature over the lines of the request.
func (a *Auth) Verify(lines []string, signer kez.Identity) error {
	if keys.Verify(signer, signedText(lines, a.ts), &a.Sig) {
		return nil
	}
	return kez.Errorf(kez.AuthInvalid, "the signature of the request does not verify").
		WithHint("sign exactly what is sent, with the key of the handle")
}

func malformed(format string, args ...any) error {
	return kez.Errorf(kez.AuthMalformed, format, args...).WithHint("send it once, in the one spelling")
}

// plainNumber reads decimal digits without sign and leading zeros, up to 2^53-1.
func plainNumber(text string) (int64, bool) {
	if text == "" || len(text) > 1 && text[0] == '0' || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n < 1<<53
}

// ParseNumber reads since, limit and the like, whose one spelling is plain
// decimal digits (KEZ-RELAY-061).
func ParseNumber(name, text string) (int64, error) {
	n, ok := plainNumber(text)
	if !ok {
		return 0, kez.Errorf(kez.HTTPBadRequest, "%s is not written as plain decimal digits", name).
			WithHint("write for example %s=0", name)
	}
	return n, nil
}
