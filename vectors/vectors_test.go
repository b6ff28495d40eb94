package vectors_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"strings"
	"testing"

	"kez.lat/kez/vectors"
	"kez.lat/kez/vectors/lint"
)

func TestFilesAreWhatTheGeneratorMakes(t *testing.T) {
	for _, name := range lint.Stale(os.DirFS(".")) {
		t.Errorf("%s differs: run go run ./cmd/kez-vectors generate", name)
	}
}

func TestLint(t *testing.T) {
	summary, err := lint.Check(os.DirFS("."))
	t.Log(summary)
	if err != nil {
		t.Error(err)
	}
}

func TestEveryInputDecodes(t *testing.T) {
	all, err := vectors.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		for _, member := range []string{"text", "json", "jsonl", "envelope", "public", "message", "signature", "plaintext", "nonce"} {
			if _, ok := c.Input[member]; !ok {
				continue
			}
			if _, err := c.Bytes(member); err != nil {
				t.Errorf("%s: %s: %v", c.ID, member, err)
			}
		}
	}
}

func TestKeys(t *testing.T) {
	keys, err := vectors.Keys()
	if err != nil || len(keys) == 0 || keys[0].Name != "alice" {
		t.Fatal(keys, err)
	}
}

func TestScriptsAreThere(t *testing.T) {
	lines, err := vectors.Lines("scripts.txt")
	if err != nil {
		t.Fatal(err)
	}
	root := os.DirFS("..")
	for _, line := range lines {
		tag, name, _ := strings.Cut(line, ": ")
		if !strings.Contains(name, "/") {
			name = "testscripts/portable/" + name
		}
		if text, err := fs.ReadFile(root, name); err != nil {
			t.Errorf("scripts.txt: %v", err)
		} else if !strings.Contains(string(text), tag) {
			t.Errorf("scripts.txt: %s does not name %s", name, tag)
		}
	}
}

func TestTraceDigests(t *testing.T) {
	all, err := vectors.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		signed, ok := c.Trace["signed"]
		if !ok {
			continue
		}
		text, err := signed.Decode()
		if err != nil {
			t.Fatal(c.ID, err)
		}
		sum := sha256.Sum256(text)
		if got, err := c.Trace["sha256"].Decode(); err != nil || hex.EncodeToString(got) != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: the digest is not that of the signed bytes", c.ID)
		}
	}
}
