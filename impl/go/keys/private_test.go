package keys_test

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

func abandon(n int, last string) string { return strings.Repeat("abandon ", n) + last }

// The phrases of the protocol, with the keys that existing builds derive.
var phrases = []struct{ phrase, seed, public string }{
	{abandon(23, "art"), strings.Repeat("00", 32),
		"3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"},
	{abandon(11, "about"), "09451c0f06588db78205e32a793536e15ae263c8f9ee6d14f5c6fd82b8bd20da",
		"9403c32e0d3b4ce51105c0bcac09a0d73be0cca98a6bf7b3cd434651be866d70"},
	{"legal winner thank year wave sausage worth useful legal winner thank yellow",
		"9df434a2bd5dc767ee949d8ab95ca09c4ebbb88cefc3d0b1523f6b2a744ca824",
		"cc99d06b15ccb83a5ca43f25dd3d27f50638c1c6fbe3a822352da3e07156ce03"},
}

func TestPhrasesGiveTheKeysOfTheProtocol(t *testing.T) {
	for _, test := range phrases {
		for _, spelling := range []string{test.phrase, strings.ToUpper(test.phrase),
			"\n\t " + strings.ReplaceAll(test.phrase, " ", "  \r\n") + " "} {
			private, err := keys.FromPhrase(spelling)
			if err != nil {
				t.Fatal(err)
			}
			if private.SecretText() != test.seed || private.PublicText() != test.public {
				t.Errorf("seed or public key differ, public %s, want %s", private.PublicText(), test.public)
			}
			if private.Phrase() != test.phrase {
				t.Error("the phrase does not come back")
			}
		}
	}
}

func TestPhrasesRefused(t *testing.T) {
	for name, phrase := range map[string]string{
		"empty":        "",
		"11 words":     abandon(10, "about"),
		"13 words":     abandon(12, "about"),
		"15 words":     abandon(14, "address"),
		"18 words":     abandon(17, "agent"),
		"21 words":     abandon(20, "admit"),
		"checksum":     abandon(12, ""),
		"unknown word": abandon(11, "sesamum"),
		"Spanish":      strings.Repeat("ábaco ", 11) + "abierto",
	} {
		_, err := keys.FromPhrase(phrase)
		if !errors.Is(err, kez.CLIUsage) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, word := range append(strings.Fields(phrase), "sesamum") {
			if strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error shows a word of the phrase: %v", name, err)
			}
		}
	}
	_, err := keys.FromPhrase(abandon(11, "sesamum"))
	if !strings.Contains(err.Error(), "word 12 ") {
		t.Errorf("the error does not name the place: %v", err)
	}
}

func TestNewPhrase(t *testing.T) {
	for _, words := range []int{12, 24} {
		phrase, err := keys.NewPhrase(words, nil)
		if err != nil || len(strings.Fields(phrase)) != words {
			t.Fatalf("%d words: %v", words, err)
		}
		if again, _ := keys.NewPhrase(words, nil); again == phrase {
			t.Error("two phrases are the same")
		}
		if _, err := keys.FromPhrase(phrase); err != nil {
			t.Error(err)
		}
	}
	phrase, err := keys.NewPhrase(24, bytes.NewReader(make([]byte, 32)))
	if err != nil || phrase != phrases[0].phrase {
		t.Error("the phrase of zeros differs")
	}
	for _, words := range []int{-12, 0, 15, 18, 21, 36} {
		if _, err := keys.NewPhrase(words, nil); !errors.Is(err, kez.CLIUsage) {
			t.Errorf("%d words: %v", words, err)
		}
	}
	if _, err := keys.NewPhrase(12, bytes.NewReader(make([]byte, 15))); !errors.Is(err, kez.CLIKeyStore) {
		t.Errorf("short randomness: %v", err)
	}
}

func TestGenerateAndReadBack(t *testing.T) {
	for _, system := range []string{"ed25519", "nostr"} {
		private, err := keys.Generate(system, nil)
		if err != nil {
			t.Fatal(err)
		}
		if private.Identity().System() != system || private.Algorithm() != keys.Algorithm(private.Identity()) {
			t.Errorf("%s: identity %s", system, private.Identity())
		}
		again, err := keys.ParseSecret(private.SecretText())
		if err != nil || again.Identity() != private.Identity() {
			t.Errorf("%s: read back %v, %v", system, again, err)
		}
		output := fmt.Sprintf("Primary: %s\nPublic: %s\nSecret: %s\n", private.Identity(), private.PublicText(), private.SecretText())
		if phrase := private.Phrase(); phrase != "" {
			output += "Mnemonic: " + phrase + "\n"
		}
		again, err = keys.ParseSecret(output)
		if err != nil || again.Identity() != private.Identity() || again.Phrase() != private.Phrase() {
			t.Errorf("%s: read back from the output: %v, %v", system, again, err)
		}
	}
	if _, err := keys.Generate("github", nil); !errors.Is(err, kez.CLIUsage) {
		t.Error("github keys")
	}
	if _, err := keys.Generate("nostr", bytes.NewReader(make([]byte, 32))); !errors.Is(err, kez.CLIUsage) {
		t.Error("a source that gives zeros makes a nostr key")
	}
}

func TestParseSecretRefuses(t *testing.T) {
	const order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
	short, _ := keys.FromPhrase(phrases[1].phrase)
	nostr, _ := keys.ParseNsec(strings.Repeat("01", 32))
	nsec := nostr.SecretText()
	for name, text := range map[string]string{
		"empty":                      " \n",
		"63 digits":                  strings.Repeat("1", 63),
		"no hex":                     strings.Repeat("zz", 32),
		"npub":                       nostr.PublicText(),
		"nsec cut":                   nsec[:62],
		"nsec checksum":              nsec[:62] + "q",
		"nsec mixed case":            strings.ToUpper(nsec[:30]) + nsec[30:],
		"secret of another primary":  "Primary: " + nostr.Identity().String() + "\nSecret: " + short.SecretText() + "\n",
		"phrase of another secret":   "Secret: " + strings.Repeat("00", 32) + "\nMnemonic: " + short.Phrase() + "\n",
		"bad phrase of the output":   "Mnemonic: " + abandon(12, "") + "\n",
		"output with an empty value": "Secret:\nMnemonic:\n",
	} {
		private, err := keys.ParseSecret(text)
		if !errors.Is(err, kez.CLIUsage) {
			t.Errorf("%s: %v, %v", name, private, err)
			continue
		}
		for word := range strings.FieldsSeq(text) {
			if len(word) > 20 && strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error shows the secret", name)
			}
		}
	}
	for name, text := range map[string]string{"zero": strings.Repeat("00", 32), "order": order,
		"order+1": order[:63] + "2", "all ones": strings.Repeat("ff", 32)} {
		if _, err := keys.ParseNsec(text); !errors.Is(err, kez.CLIUsage) {
			t.Errorf("scalar %s is taken", name)
		}
	}
	if _, err := keys.ParseNsec(order[:63] + "0"); err != nil {
		t.Errorf("scalar n-1: %v", err)
	}
	for _, text := range []string{strings.ToUpper(nsec), " " + nsec + "\r\n", strings.Repeat("01", 32)} {
		if private, err := keys.ParseNsec(text); err != nil || private.Identity() != nostr.Identity() {
			t.Errorf("another spelling of the nsec: %v", err)
		}
	}
}

// holder is a struct that keeps its key in fields fmt cannot call methods on.
type holder struct {
	inner   keys.Private
	pointer *keys.Private
}

func TestNothingPrintsTheSecret(t *testing.T) {
	ed, _ := keys.FromPhrase(phrases[2].phrase)
	nostr, _ := keys.ParseNsec(strings.Repeat("ab", 32))
	for _, private := range []*keys.Private{ed, nostr} {
		var out strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%t", "% x", "%#x"} {
			fmt.Fprintf(&out, verb+"\n", private)
			fmt.Fprintf(&out, verb+"\n", *private)
			fmt.Fprintf(&out, verb+"\n", holder{*private, private})
			fmt.Fprintf(&out, verb+"\n", &holder{*private, private})
			fmt.Fprintf(&out, verb+"\n", []*keys.Private{private})
			fmt.Fprintf(&out, verb+"\n", map[string]keys.Private{"k": *private})
		}
		for _, value := range []any{private, *private, holder{*private, private}, map[string]any{"key": private}} {
			text, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(text)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", private, "value", *private)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", private, "value", *private)
		if err := gob.NewEncoder(&out).Encode(private); err == nil && !strings.Contains(out.String(), "secret key of") {
			t.Error("gob encodes something else than the name")
		}

		secret := private.SecretText()
		raw := strings.Repeat("ab", 32)
		if private == ed {
			raw = secret
		}
		bytesOf, _ := hex.DecodeString(raw)
		needles := []string{secret, secret[:16], raw[:16], strings.ToUpper(raw[:16]), string(bytesOf[:8]),
			fmt.Sprint(bytesOf[:4])[1:12], fmt.Sprintf("% x", bytesOf[:4])}
		if private == ed {
			needles = append(needles, "sausage")
		}
		for _, needle := range needles {
			if strings.Contains(out.String(), needle) {
				t.Errorf("%s: the secret is printed, as %q", private.Identity().System(), needle)
			}
		}
	}
}

func TestErase(t *testing.T) {
	for _, system := range []string{"ed25519", "nostr"} {
		private, _ := keys.Generate(system, nil)
		private.Erase()
		if private.SecretText() != "" || private.Phrase() != "" {
			t.Errorf("%s: the secret is still there", system)
		}
		if _, err := private.Sign([]byte("x")); !errors.Is(err, kez.CLIKeyStore) {
			t.Errorf("%s: %v", system, err)
		}
	}
}

func TestSign(t *testing.T) {
	for _, system := range []string{"ed25519", "nostr"} {
		private, _ := keys.Generate(system, nil)
		message := []byte(`{"a":1}`)
		signature, err := private.Sign(message)
		if err != nil {
			t.Fatal(err)
		}
		verifier := keys.NewVerifier(private.Identity())
		if !keys.Verify(private.Identity(), message, &signature) || !verifier.Verify(message, &signature) {
			t.Errorf("%s: own signature refused", system)
		}
		for i := range 512 {
			flipped := signature
			flipped[i/8] ^= 1 << (i % 8)
			if i%8 == i/64 && (keys.Verify(private.Identity(), message, &flipped) || verifier.Verify(message, &flipped)) {
				t.Errorf("%s: bit %d does not matter", system, i)
			}
		}
		if keys.Verify(private.Identity(), []byte(`{"a":2}`), &signature) {
			t.Errorf("%s: message does not matter", system)
		}
		again, _ := private.Sign(message)
		if (again == signature) != (system == "ed25519") {
			t.Errorf("%s: determinism", system)
		}
		private.TestOnlyZeroAux()
		first, _ := private.Sign(message)
		second, _ := private.Sign(message)
		if first != second {
			t.Errorf("%s: not deterministic without randomness", system)
		}
	}
	github, _ := kez.ParseTyped("github:alice")
	if keys.Verify(github, nil, new([64]byte)) || keys.NewVerifier(github).Verify(nil, new([64]byte)) || keys.Algorithm(github) != "" {
		t.Error("a github identity signs")
	}
}

// Secrets whose public point has an odd y are negated on the way.
func TestSignBothParities(t *testing.T) {
	var odd int
	for i := range 16 {
		var secret, aux [32]byte
		secret[31] = byte(i + 1)
		key, _ := btcec.PrivKeyFromBytes(secret[:])
		if key.PubKey().SerializeCompressed()[0] == 3 {
			odd++
		}
		signature, err := keys.SignBIP340(&secret, &aux, []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		public := [32]byte(key.PubKey().SerializeCompressed()[1:])
		if !keys.VerifyBIP340(&public, []byte("message"), &signature) {
			t.Errorf("secret %d: signature refused", i+1)
		}
	}
	if odd == 0 || odd == 16 {
		t.Errorf("%d of 16 points are odd", odd)
	}
}
