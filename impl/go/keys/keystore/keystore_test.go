package keystore

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// answers is a prompt that gives prepared answers.
type answers struct {
	list  []string
	asked int
}

func (a *answers) Prompt(string) (string, error) {
	if a.asked == len(a.list) {
		return "", errors.New("asked once too often")
	}
	a.asked++
	return a.list[a.asked-1], nil
}

// memory is a keyring in memory; with an error it fails every call.
type memory struct {
	entries map[string]string
	err     error
}

func (m *memory) Get(service, user string) (string, error) { return m.entries[service+user], m.err }
func (m *memory) Set(service, user, password string) error {
	if m.err == nil {
		m.entries[service+user] = password
	}
	return m.err
}
func (m *memory) Delete(service, user string) error {
	delete(m.entries, service+user)
	return m.err
}

func newStore(t *testing.T, typed ...string) (*Store, *answers) {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	prompt := &answers{list: typed}
	store := &Store{Home: h, Now: func() time.Time { return now }, Passphrases: Passphrases{Prompt: prompt}}
	store.TestOnlyWorkFactor(2)
	return store, prompt
}

func generate(t *testing.T, system string) *keys.Private {
	t.Helper()
	private, err := keys.Generate(system, nil)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// refused checks the code, and that neither message nor hint shows a secret.
func refused(t *testing.T, err error, code kez.Code, secrets ...string) {
	t.Helper()
	e, ok := errors.AsType[*kez.Error](err)
	if !ok || e.Code != code {
		t.Errorf("error %v, want %s", err, code)
		return
	}
	for _, secret := range secrets {
		if strings.Contains(e.Message+e.Hint, secret) {
			t.Errorf("the error shows a secret: %s", e.Message)
		}
	}
}

func TestSaveLoadList(t *testing.T) {
	store, _ := newStore(t)
	phrase, err := keys.NewPhrase(12, nil)
	if err != nil {
		t.Fatal(err)
	}
	words, err := keys.FromPhrase(phrase)
	if err != nil {
		t.Fatal(err)
	}
	saved := map[string]*keys.Private{"alice": generate(t, "nostr"), "bob-2": generate(t, "ed25519"), "words_12": words}
	for name, private := range saved {
		if err := store.Save(name, private, "correct horse "+name); err != nil {
			t.Fatal(err)
		}
	}
	for name, private := range saved {
		again, err := store.Load(name, "correct horse "+name)
		if err != nil || again.Identity() != private.Identity() || again.SecretText() != private.SecretText() || again.Phrase() != private.Phrase() {
			t.Errorf("%s comes back otherwise: %v", name, err)
		}
	}
	entries, err := store.List()
	if err != nil || len(entries) != 3 {
		t.Fatalf("%v, %v", entries, err)
	}
	for i, name := range []string{"alice", "bob-2", "words_12"} {
		if want := (Entry{name, saved[name].Identity(), now}); entries[i] != want {
			t.Errorf("%v, want %v", entries[i], want)
		}
	}
	for name, private := range saved {
		for _, file := range []string{name + ".age", name + ".pub"} {
			data, err := os.ReadFile(store.Home.Path("keys", file))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte(private.SecretText())) || bytes.Contains(data, []byte("horse")) {
				t.Errorf("%s holds the secret", file)
			}
		}
	}
}

func TestSaveNeverOverwrites(t *testing.T) {
	store, _ := newStore(t)
	first := generate(t, "nostr")
	if err := store.Save("a", first, "one"); err != nil {
		t.Fatal(err)
	}
	refused(t, store.Save("a", generate(t, "ed25519"), "two"), kez.CLIKeyStore)
	again, err := store.Load("a", "one")
	if err != nil || again.Identity() != first.Identity() {
		t.Errorf("%v, %v", again, err)
	}
	if entry, err := store.Show("a"); err != nil || entry.Identity != first.Identity() {
		t.Errorf("%v, %v", entry, err)
	}
}

func TestNames(t *testing.T) {
	store, prompt := newStore(t, "p", "p")
	for _, name := range []string{"", "A", "ä", "a.b", "../x", "a/b", "-a", "_a", ".a", "a b", "a\n", strings.Repeat("a", 65)} {
		refused(t, store.Add(name, generate(t, "nostr")), kez.CLIUsage)
		_, err := store.Load(name, "x")
		refused(t, err, kez.CLIUsage)
	}
	if prompt.asked != 0 {
		t.Error("a passphrase is asked for a bad name")
	}
	if err := store.Add(strings.Repeat("a", 64), generate(t, "nostr")); err != nil {
		t.Error(err)
	}
}

func TestPassphrasesRefused(t *testing.T) {
	store, _ := newStore(t)
	private := generate(t, "ed25519")
	refused(t, store.Save("a", private, ""), kez.CLIKeyStore)
	if err := store.Save("a", private, "correct horse"); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"incorrect horse", "correct horse ", "Correct horse"} {
		_, err := store.Load("a", wrong)
		refused(t, err, kez.CLIKeyStore, wrong, "correct horse", private.SecretText())
		if !errors.Is(err, errWrongPassphrase) {
			t.Errorf("%v", err)
		}
	}
	_, err := store.Load("a", "")
	refused(t, err, kez.CLIKeyStore)
	_, err = store.Load("b", "x")
	refused(t, err, kez.CLIKeyStore)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}

	for _, typed := range [][]string{{"heron", "stork"}, {""}, {"heron", ""}} {
		store, _ := newStore(t, typed...)
		refused(t, store.Add("a", private), kez.CLIKeyStore, "heron", "stork")
		if entries, err := store.List(); len(entries) != 0 || err != nil {
			t.Errorf("%v, %v", entries, err)
		}
	}
	store.Passphrases.Prompt = nil
	_, err = store.Unlock("a")
	refused(t, err, kez.CLIKeyStore)
	if e, _ := errors.AsType[*kez.Error](err); !strings.Contains(e.Hint, "KEZ_PASSPHRASE_FILE") {
		t.Errorf("%q", e.Hint)
	}
}

func TestPassphraseFile(t *testing.T) {
	store, prompt := newStore(t)
	path := filepath.Join(t.TempDir(), "passphrase")
	put := func(text string, mode fs.FileMode) {
		t.Helper()
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	store.Passphrases.File = path
	put("correct horse \n", 0o600)
	private := generate(t, "nostr")
	if err := store.Add("a", private); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Load("a", "correct horse "); err != nil {
		t.Error("more or less than one line end was dropped")
	}
	put("correct horse \r\n", 0o600)
	if again, err := store.Unlock("a"); err != nil || again.Identity() != private.Identity() {
		t.Errorf("%v", err)
	}
	put("", 0o600)
	_, err := store.Unlock("a")
	refused(t, err, kez.CLIKeyStore)
	if prompt.asked != 0 {
		t.Error("asked though there is a file")
	}
	put("correct horse \n", 0o644)
	_, err = store.Unlock("a")
	if e, _ := errors.AsType[*kez.Error](err); e == nil || e.Code != kez.CLIKeyStore || e.Hint != "chmod 600 "+path {
		t.Errorf("%v", err)
	}
}

func TestKeyringIsACache(t *testing.T) {
	store, prompt := newStore(t, "p", "p", "p")
	ring := &memory{entries: map[string]string{}}
	store.Keyring = ring
	private := generate(t, "nostr")
	if err := store.Add("a", private); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := store.Unlock("a"); err != nil || prompt.asked != 2 {
			t.Errorf("%v, asked %d times", err, prompt.asked)
		}
	}
	for entry := range ring.entries {
		ring.entries[entry] = "stale"
	}
	if _, err := store.Unlock("a"); err != nil || prompt.asked != 3 {
		t.Errorf("%v, asked %d times", err, prompt.asked)
	}
	if len(ring.entries) != 1 || ring.entries[service+"a ("+private.Identity().String()+")"] != "p" {
		t.Errorf("%v", ring.entries)
	}
}

func TestForget(t *testing.T) {
	store, prompt := newStore(t, "p", "p", "p")
	if err := store.Add("a", generate(t, "nostr")); err != nil {
		t.Fatal(err)
	}
	if err := store.Forget("a"); err != nil { // nothing is kept anywhere
		t.Error(err)
	}
	ring := &memory{entries: map[string]string{}}
	store.Keyring = ring
	if _, err := store.Unlock("a"); err != nil || len(ring.entries) != 1 {
		t.Fatalf("%v, %v", err, ring.entries)
	}
	for range 2 { // again is no error
		if err := store.Forget("a"); err != nil || len(ring.entries) != 0 {
			t.Errorf("%v, %v", err, ring.entries)
		}
	}
	if prompt.asked != 3 {
		t.Errorf("asked %d times", prompt.asked)
	}
	if err := store.Forget("b"); err == nil {
		t.Error("a key that is not there was forgotten")
	}
	ring.err = errors.New("no bus")
	if err := store.Forget("a"); kez.CodeOf(err) != kez.CLIKeyStore {
		t.Error(err)
	}
}

func TestKeyringFailuresAreNeverFatal(t *testing.T) {
	store, _ := newStore(t, "p", "p", "p")
	store.Keyring = &memory{entries: map[string]string{}, err: errors.New("no bus")}
	var warnings []string
	store.Warn = func(message string) { warnings = append(warnings, message) }
	if err := store.Add("a", generate(t, "nostr")); err != nil {
		t.Error(err)
	}
	if _, err := store.Unlock("a"); err != nil {
		t.Error(err)
	}
	if len(warnings) != 3 {
		t.Errorf("%v", warnings)
	}
}

func TestFilesThatWereTamperedWith(t *testing.T) {
	store, _ := newStore(t)
	first, second := generate(t, "nostr"), generate(t, "nostr")
	if err := errors.Join(store.Save("a", first, "p"), store.Save("b", second, "p")); err != nil {
		t.Fatal(err)
	}
	path := func(file string) string { return store.Home.Path("keys", file) }
	copyOver := func(from, to string) {
		t.Helper()
		data, err := os.ReadFile(path(from))
		if err == nil {
			err = os.WriteFile(path(to), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	copyOver("b.age", "a.age")
	_, err := store.Load("a", "p")
	refused(t, err, kez.CLIKeyStore, second.SecretText())

	if err := os.Remove(path("a.pub")); err != nil {
		t.Fatal(err)
	}
	if again, err := store.Load("a", "p"); err != nil || again.Identity() != second.Identity() {
		t.Errorf("without its label: %v", err)
	}
	if entry, err := store.Show("a"); err != nil || !entry.Identity.IsZero() {
		t.Errorf("%v, %v", entry, err)
	}

	for name, text := range map[string]string{"no JSON": "x", "no identity": `{"identity":"alice","created_at":"2026-06-01T00:00:00Z"}`, "no time": `{"identity":"github:a"}`} {
		if err := os.WriteFile(path("a.pub"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.List(); kez.CodeOf(err) != kez.CLIKeyStore {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Remove(path("a.pub")); err != nil {
		t.Fatal(err)
	}

	sealed, err := os.ReadFile(path("b.age"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"empty": nil, "cut": sealed[:len(sealed)/2], "garbage": []byte("age-encryption.org/v1\n"),
		"flipped": bytes.Replace(sealed, []byte("A"), []byte("B"), 3)} {
		if err := os.WriteFile(path("a.age"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Load("a", "p"); kez.CodeOf(err) != kez.CLIKeyStore {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// encrypt makes an age file with any recipient and content.
func encrypt(t *testing.T, content string, recipient age.Recipient, armored bool) []byte {
	t.Helper()
	var out bytes.Buffer
	text := armor.NewWriter(&out)
	var body, err = age.Encrypt(&out, recipient)
	if armored {
		out.Reset()
		body, err = age.Encrypt(text, recipient)
	}
	if err == nil {
		_, err = body.Write([]byte(content))
	}
	if err == nil {
		err = body.Close()
	}
	if err == nil && armored {
		err = text.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFilesMadeByAge(t *testing.T) {
	scrypt, err := age.NewScryptRecipient("p")
	if err != nil {
		t.Fatal(err)
	}
	scrypt.SetWorkFactor(2)
	private := generate(t, "nostr")
	output := "Primary: " + private.Identity().String() + "\nSecret: " + private.SecretText() + "\n"
	for _, armored := range []bool{true, false} {
		for _, content := range []string{private.SecretText(), output} {
			again, err := unseal(encrypt(t, content, scrypt, armored), "x", "p")
			if err != nil || again.Identity() != private.Identity() {
				t.Errorf("armored %t: %v", armored, err)
			}
		}
	}
	for _, content := range []string{"", "other words", strings.Repeat("a", 2*secretSize)} {
		_, err := unseal(encrypt(t, content, scrypt, true), "x", "p")
		refused(t, err, kez.CLIKeyStore, "other words")
	}
	x25519, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	_, err = unseal(encrypt(t, private.SecretText(), x25519.Recipient(), true), "x", "p")
	refused(t, err, kez.CLIKeyStore)
	if errors.Is(err, errWrongPassphrase) {
		t.Error("a file for another kind of key is said to have another passphrase")
	}

	// A work factor of 2^30 would take minutes and a terabyte; it is refused
	// before any work.
	greedy := bytes.Replace(encrypt(t, private.SecretText(), scrypt, false), []byte(" 2\n"), []byte(" 30\n"), 1)
	_, err = unseal(greedy, "x", "p")
	refused(t, err, kez.CLIKeyStore)
}

func TestDefaultWorkFactorIsTheLibrarys(t *testing.T) {
	sealed, err := seal(generate(t, "nostr"), "p", 0)
	if err != nil {
		t.Fatal(err)
	}
	raw := new(bytes.Buffer)
	if _, err := raw.ReadFrom(armor.NewReader(bytes.NewReader(sealed))); err != nil {
		t.Fatal(err)
	}
	line := strings.Split(raw.String(), "\n")[1]
	if !strings.HasPrefix(line, "-> scrypt ") || !strings.HasSuffix(line, " 18") {
		t.Errorf("header %q", line)
	}
}
