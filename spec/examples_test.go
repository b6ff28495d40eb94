package spec

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// object is a parsed JSON object; the examples hold strings, small integers
// and objects, so canonical gives their JCS form.
type object = map[string]any

func canonical(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func example(t *testing.T, name string) string {
	t.Helper()
	e, ok := FindExample(name)
	if !ok {
		t.Fatalf("no example %s", name)
	}
	return e.Text
}

func parsed(t *testing.T, text string) object {
	t.Helper()
	var v object
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// signed reports whether the hex signature by an ed25519 identity covers text.
func signed(t *testing.T, id, sig, text string) bool {
	t.Helper()
	key, err := hex.DecodeString(strings.TrimPrefix(id, "ed25519:"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		t.Fatalf("no ed25519 identity: %s", id)
	}
	s, err := hex.DecodeString(sig)
	return err == nil && ed25519.Verify(key, []byte(text), s)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func TestExampleNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Examples() {
		if seen[e.Name] || e.Lang == "" || e.Text == "" {
			t.Errorf("%s:%d: example %q is empty or a duplicate", e.File, e.Line, e.Name)
		}
		seen[e.Name] = true
	}
	for _, name := range []string{
		"claim-ed25519", "claim-ed25519-jcs", "claim-nostr", "claim-expiring", "claim-device",
		"claim-compact", "claim-short", "claim-markdown", "dns-zone-short", "dns-zone-compact",
		"chain-two", "chain-bundle", "rotate-accept", "event-rotate", "event-add-device",
		"handle-registration", "message",
	} {
		if !seen[name] {
			t.Errorf("no example %s", name)
		}
	}
}

// Every JSON example parses, and every Ed25519 envelope among them verifies.
func TestJSONExamples(t *testing.T) {
	for _, e := range Examples() {
		var texts []string
		switch e.Lang {
		case "json":
			texts = []string{e.Text}
		case "jsonl":
			texts = strings.Split(strings.TrimSuffix(e.Text, "\n"), "\n")
		}
		for _, text := range texts {
			v := parsed(t, text)
			block, ok := v["signature"].(object)
			if !ok || block["alg"] != "ed25519-sha512-jcs" {
				continue
			}
			if !signed(t, block["key"].(string), block["sig"].(string), canonical(t, v["payload"])) {
				t.Errorf("%s: the signature does not verify", e.Name)
			}
		}
	}
}

func TestCanonicalExample(t *testing.T) {
	claim := parsed(t, example(t, "claim-ed25519"))
	if got := canonical(t, claim["payload"]) + "\n"; got != example(t, "claim-ed25519-jcs") {
		t.Errorf("canonical payload is %s", got)
	}
}

func TestMarkdownExampleHoldsTheClaim(t *testing.T) {
	claim := example(t, "claim-ed25519")
	v := parsed(t, claim)["payload"].(object)
	want := "# KEZ proof\n\nSubject: " + v["subject"].(string) + "\nPrimary: " + v["primary"].(string) +
		"\n\n```kez\n" + claim + "```\n"
	if got := example(t, "claim-markdown"); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// expand reads a short token as encoding.md lays it out, for Ed25519.
func expand(t *testing.T, token string) object {
	t.Helper()
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimPrefix(strings.TrimSpace(token), "kez:b1:"))
	if err != nil || raw[0] != 1 || raw[1] != 1 {
		t.Fatalf("%v in %s", err, token)
	}
	id := "ed25519:" + hex.EncodeToString(raw[2:34])
	rest := raw[98:]
	created, n := binary.Uvarint(rest)
	lifetime, m := binary.Uvarint(rest[n:])
	payload := object{
		"type": "kez.claim", "version": 1, "primary": id, "subject": string(rest[n+m:]),
		"created_at": time.Unix(int64(created), 0).UTC().Format(time.RFC3339),
	}
	if lifetime > 0 {
		payload["expires_at"] = time.Unix(int64(created+lifetime), 0).UTC().Format(time.RFC3339)
	}
	return object{"kez": "claim", "payload": payload, "signature": object{
		"alg": "ed25519-sha512-jcs", "key": id, "sig": hex.EncodeToString(raw[34:98]),
	}}
}

func TestShortExamplesExpandToTheirClaims(t *testing.T) {
	zone := strings.Split(example(t, "dns-zone-short"), `"`)
	for name, token := range map[string]string{"claim-ed25519": example(t, "claim-short"), "claim-expiring": zone[1]} {
		want := canonical(t, parsed(t, example(t, name)))
		if got := canonical(t, expand(t, token)); got != want {
			t.Errorf("%s: got %s\nwant %s", name, got, want)
		}
	}
}

func TestChainExamples(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(example(t, "chain-two"), "\n"), "\n")
	for i, text := range lines {
		v := parsed(t, text)
		if canonical(t, v) != text {
			t.Errorf("line %d is not canonical", i+1)
		}
		if prev := v["payload"].(object)["prev"]; i > 0 && prev != hash(lines[i-1]) {
			t.Errorf("line %d: prev is %v", i+1, prev)
		}
	}
	head := hash(lines[len(lines)-1])
	if example(t, "chain-head") != head+"\n" {
		t.Errorf("the head is %s", head)
	}
	if canonical(t, parsed(t, example(t, "event-add"))) != lines[0] {
		t.Error("event-add is not the first line")
	}

	accept := parsed(t, example(t, "rotate-accept"))
	rotate := parsed(t, example(t, "event-rotate"))["payload"].(object)
	arguments := rotate["payload"].(object)
	if rotate["prev"] != head || accept["prev"] != head || accept["new_primary"] != arguments["new_primary"] {
		t.Error("the rotation does not follow the chain")
	}
	if !signed(t, arguments["new_primary"].(string), arguments["new_sig"].(string), canonical(t, accept)) {
		t.Error("new_sig does not verify")
	}

	accept = parsed(t, example(t, "device-accept"))
	device := parsed(t, example(t, "event-add-device"))["payload"].(object)
	arguments = device["payload"].(object)
	if device["prev"] != head || accept["prev"] != head || accept["device"] != arguments["device"] {
		t.Error("the device does not follow the chain")
	}
	if !signed(t, arguments["device"].(string), arguments["device_sig"].(string), canonical(t, accept)) {
		t.Error("device_sig does not verify")
	}
}

func TestMessageExample(t *testing.T) {
	v := parsed(t, example(t, "message"))
	sig := v["sig"].(string)
	delete(v, "sig")
	if !signed(t, v["from"].(string), sig, canonical(t, v)) {
		t.Error("the signature does not verify")
	}
	trace := map[string][]byte{}
	for _, l := range strings.Split(strings.TrimSpace(example(t, "message-trace")), "\n") {
		name, value, _ := cut(l)
		trace[name], _ = hex.DecodeString(value)
	}
	nonce, _ := hex.DecodeString(v["nonce"].(string))
	sealed, _ := hex.DecodeString(v["ct"].(string))
	key, err := hkdf.Key(sha256.New, trace["shared"], nonce, "kez-chat-msg-v1", 32)
	if err != nil || !bytes.Equal(key, trace["key"]) {
		t.Fatalf("the key is %x: %v", key, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil || string(plain)+"\n" != example(t, "message-plain") {
		t.Errorf("opens to %q: %v", plain, err)
	}
}

// cut splits a trace line at its last space: names may hold one.
func cut(l string) (name, value string, ok bool) {
	i := strings.LastIndex(l, " ")
	if i < 0 {
		return l, "", false
	}
	return l[:i], l[i+1:], true
}

func TestAuthExample(t *testing.T) {
	header := strings.TrimPrefix(strings.TrimSpace(example(t, "auth-inbox")), "X-KEZ-Auth: ")
	ts, sig, _ := strings.Cut(header, ":")
	text := strings.TrimSuffix(example(t, "auth-inbox-signed"), "\n")
	alice := parsed(t, example(t, "claim-ed25519"))["payload"].(object)["primary"].(string)
	if !strings.HasSuffix(text, "\n"+ts) || !signed(t, alice, sig, text) {
		t.Error("the header does not sign the text")
	}
}

func TestLowOrderEncodings(t *testing.T) {
	keys := strings.Fields(example(t, "low-order-encodings"))
	if len(keys) != 14 || !slices.IsSorted(keys) || len(slices.Compact(slices.Clone(keys))) != 14 {
		t.Errorf("%d encodings, sorted and distinct expected", len(keys))
	}
	for _, k := range keys {
		if raw, err := hex.DecodeString(k); err != nil || len(raw) != 32 {
			t.Errorf("%s is no encoding", k)
		}
	}
}
