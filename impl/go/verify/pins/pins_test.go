package pins_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/verify/pins"
)

func load(t *testing.T, dir string) *pins.Pins {
	t.Helper()
	h, err := home.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pins.Load(h)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func identity(t *testing.T, text string) kez.Identity {
	t.Helper()
	id, err := kez.ParseSigned(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPins keeps the first account, also within one run. [KEZ-CHAN-064] [B-05]
func TestPins(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	alice, bob := identity(t, "bluesky:alice.example"), identity(t, "mastodon:bob@b.example")
	p := load(t, dir)
	if err := p.Check(alice, "did:one"); err != nil {
		t.Fatal(err)
	}
	p.Note(alice, "did:one")
	p.Note(bob, "7")
	if err := p.Check(alice, "did:two"); !errors.Is(err, kez.ChannelOwnerMismatch) {
		t.Errorf("a change in one run: %v", err)
	}
	if err := p.Save(); err != nil {
		t.Fatal(err)
	}
	again := load(t, dir)
	if err := again.Check(alice, "did:two"); !errors.Is(err, kez.ChannelOwnerMismatch) {
		t.Errorf("a change since: %v", err)
	}
	if err := again.Check(identity(t, "ap:bob@b.example"), "8"); !errors.Is(err, kez.ChannelOwnerMismatch) {
		t.Errorf("mastodon: and ap: have pins of their own: %v", err)
	}
	if err := again.Check(alice, ""); err != nil {
		t.Errorf("no account was seen: %v", err)
	}
}

// TestSavesBesideOthers adds to what another program wrote meanwhile.
func TestSavesBesideOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	one, two := load(t, dir), load(t, dir)
	one.Note(identity(t, "github:a"), "1")
	two.Note(identity(t, "github:b"), "2")
	for _, p := range []*pins.Pins{one, two} {
		if err := p.Save(); err != nil {
			t.Fatal(err)
		}
	}
	if err := load(t, dir).Check(identity(t, "github:a"), "9"); !errors.Is(err, kez.ChannelOwnerMismatch) {
		t.Error("the first writer's pin is lost")
	}
}

func TestDamagedFileIsNotOverwritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	p := load(t, dir)
	p.Note(identity(t, "github:a"), "1")
	if err := p.Save(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "pins.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Note(identity(t, "github:b"), "2")
	if err := p.Save(); !errors.Is(err, kez.CLIFile) {
		t.Errorf("saved over a damaged file: %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "{" {
		t.Errorf("the file is %q", data)
	}
}
