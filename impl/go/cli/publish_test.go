package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// published makes the chain of a test key with n events.
func published(t *testing.T, n int) *publication {
	t.Helper()
	var subjects []string
	for i := range n {
		subjects = append(subjects, fmt.Sprintf("github:a%d", i))
	}
	lines := chainOf(t, subjects...)
	state, err := sigchain.VerifyBytes(lines)
	if err != nil {
		t.Fatal(err)
	}
	return &publication{state: state, lines: lines}
}

// chainOf makes the chain of the test key that adds subjects.
func chainOf(t *testing.T, subjects ...string) []byte {
	t.Helper()
	k, err := keys.FromSeed([32]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	v := sigchain.NewVerifier(nil)
	var lines []byte
	for _, text := range subjects {
		subject, err := kez.ParseSigned(text)
		if err != nil {
			t.Fatal(err)
		}
		line, err := sigchain.Sign(v.State(), sigchain.Change{Op: sigchain.Add, Subject: subject}, k, time.Unix(1780000000, 0))
		if err == nil {
			err = v.Append(line)
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	return lines
}

// A chain that no TXT record holds is not printed as one. [KEZ-CLI-084]
func TestZoneLimit(t *testing.T) {
	small, zone := published(t, 3).toZone("alice.example")
	if small.State != targetStored || !strings.HasPrefix(zone, `_kez-sigchain.alice.example. 3600 IN TXT "kez:zc1:`) || strings.Contains(zone, "\n") {
		t.Errorf("%+v %q", small, zone)
	}
	large, zone := published(t, 60).toZone("alice.example")
	if large.State != targetFailed || large.Code != kez.DNSTooLarge || zone != "" ||
		!strings.Contains(large.Hint, `_kez-sigchain.alice.example. 3600 IN TXT "https://alice.example/.well-known/kez-sigchain.jsonl"`) {
		t.Errorf("%+v %q", large, zone)
	}
}

// The file of a web site is replaced whole, by longer chains of the same branch
// alone. [KEZ-CLI-064, 085]
func TestWebFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kez-sigchain.jsonl")
	two, three := published(t, 2), published(t, 3)
	for i, step := range []struct {
		p     *publication
		state string
		code  kez.Code
	}{
		{two, targetStored, ""}, {two, targetSame, ""}, {three, targetStored, ""}, {three, targetSame, ""},
		{two, targetFailed, kez.SigchainRollback},
	} {
		if got := step.p.toFile(path); got.State != step.state || got.Code != step.code {
			t.Errorf("step %d: %+v", i, got)
		}
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != string(three.lines) {
		t.Errorf("%q, %v", data, err)
	}
	for name, content := range map[string]string{"other.txt": "hello\n", "half": string(three.lines[:100])} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got := three.toFile(file)
		if data, _ := os.ReadFile(file); got.Code != kez.CLIFile || string(data) != content {
			t.Errorf("%s: %+v, %q", name, got, data)
		}
	}
	if got := three.toFile(dir); got.Code != kez.CLIFile {
		t.Errorf("a directory: %+v", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("left over: %v, %v", entries, err)
	}
	if err := three.behind(published(t, 2).state); err != nil {
		t.Errorf("a prefix: %v", err)
	}
	if err := two.behind(three.state); !errors.Is(err, kez.SigchainRollback) {
		t.Errorf("%v", err)
	}
}
