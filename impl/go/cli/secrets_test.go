package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pieces are the parts of a secret that must show nowhere: 8 characters in a
// row, or a pair of words.
func pieces(secret string) []string {
	var parts []string
	if words := strings.Fields(secret); len(words) > 1 {
		for i := range words[1:] {
			parts = append(parts, words[i]+" "+words[i+1])
		}
		return append(parts, "sausage", "winner", "yellow")
	}
	body := strings.TrimPrefix(strings.ToLower(secret), "nsec1")
	for i := range max(len(body)-8, 0) {
		parts = append(parts, body[i:i+8])
	}
	return parts
}

// leaks finds a piece of the secret in a text.
func leaks(secret, text string) string {
	text = strings.ToLower(text)
	for _, part := range pieces(secret) {
		if strings.Contains(text, part) {
			return part
		}
	}
	return ""
}

// secrets are right ones and such as people mistype or paste.
var secrets = []string{
	noraNsec,
	strings.ToUpper(noraNsec),
	noraNsec[:len(noraNsec)-1],
	noraNsec[:len(noraNsec)-1] + "6",
	noraNsec + noraNsec,
	" " + noraNsec,
	noraNsec[:20] + " " + noraNsec[20:],
	"nsec1" + noraNsec,
	carolSeed,
	strings.ToUpper(carolSeed),
	"0x" + carolSeed,
	carolSeed[:63],
	carolSeed + "0",
	carolSeed[:63] + "g",
	carolPhrase,
	strings.ToUpper(carolPhrase),
	strings.Replace(carolPhrase, "sausage", "sausagge", 1),
	strings.TrimSuffix(carolPhrase, " yellow"),
	strings.ReplaceAll(carolPhrase, " ", ", "),
	strings.ReplaceAll(carolPhrase, " ", "\n"),
	carolPhrase + " yellow",
}

// A secret goes into every place of every command, the right ones and those
// where a person could put it by mistake (L-02). Nothing of it comes out on
// standard output or standard error, or stays in KEZ_HOME.
func TestL02SecretsShowNowhere(t *testing.T) {
	flags := []string{"--nsec", "--ed25519-seed", "--mnemonic", "--key", "--secret-file"}
	commands := [][]string{
		{"claim", "create", "github:alice"},
		{"claim", "create", "github:alice", "--format", "short"},
		{"claim", "dns", "alice.example"},
		{"sigchain", "add", "github:alice"},
		{"sigchain", "revoke", "github:alice"},
		{"sigchain", "show"},
		{"sigchain", "export"},
		{"sigchain", "rotate", "--new-ed25519-seed", aliceSeed},
		{"sigchain", "add-device", "--name", "phone", "--device-ed25519-seed", aliceSeed},
	}
	mistakes := [][]string{ // before the secret
		{},
		{"identity"},
		{"identity", "parse"},
		{"identity", "show"},
		{"identity", "new", "--key-type"},
		{"identity", "new", "--mnemonic-words"},
		{"identity", "new", "--save"},
		{"identity", "new", "--out", "key", "--json", "--key-type", "ed25519"},
		{"identity", "mnemonic"},
		{"identity", "from-mnemonic", "--json", "--out", "phrase"},
		{"claim", "create"},
		{"claim", "dns"},
		{"claim", "create", "github:alice", "--format"},
		{"claim", "create", "github:alice", "--created-at"},
		{"claim", "create", "github:alice", "--primary"},
		{"claim", "create", "github:alice"},
		{"verify", "file", "--as"},
		{"sigchain", "add"},
		{"sigchain", "revoke"},
		{"sigchain", "show", "--primary"},
		{"sigchain", "export", "--primary"},
		{"sigchain", "rotate", "--ed25519-seed", aliceSeed, "--new-nsec"},
		{"sigchain", "rotate", "--ed25519-seed", aliceSeed, "--new-ed25519-seed"},
		{"sigchain", "rotate", "--ed25519-seed", aliceSeed, "--new-mnemonic"},
		{"sigchain", "rotate", "--ed25519-seed", aliceSeed, "--new-secret-file"},
		{"sigchain", "rotate", "--ed25519-seed", aliceSeed, "--new-key"},
		{"sigchain", "add-device", "--name", "x", "--ed25519-seed", aliceSeed, "--device-ed25519-seed"},
		{"sigchain", "add-device", "--name", "x", "--ed25519-seed", aliceSeed, "--device-mnemonic"},
		{"sigchain", "add-device", "--name", "x", "--ed25519-seed", aliceSeed, "--device-secret-file"},
		{"sigchain", "add-device", "--name", "x", "--ed25519-seed", aliceSeed, "--device-key"},
		{"config"},
		{"config", "show"},
		{"version"},
		{"completion"},
	}
	t.Chdir(t.TempDir())
	for _, secret := range secrets {
		check := func(w *world, args ...string) {
			t.Helper()
			for _, json := range [][]string{nil, {"--json"}} {
				r := w.run(slices.Concat(args, json)...)
				if part := leaks(secret, r.stdout+r.stderr); part != "" {
					t.Errorf("%q shows %q: %s%s", args, part, r.stdout, r.stderr)
				}
			}
			searchHome(t, w, secret)
			os.RemoveAll(w.home)
			os.Remove("key")
			os.Remove("phrase")
		}
		for _, args := range mistakes {
			check(newWorld(t), append(slices.Clone(args), secret)...)
		}
		for _, args := range commands {
			for _, flag := range flags {
				check(newWorld(t), append(slices.Clone(args), flag, secret)...)
			}
			w := newWorld(t)
			w.env["KEZ_SECRET"] = secret
			check(w, args...)
			w = newWorld(t)
			w.stdin = secret + "\n"
			check(w, append(slices.Clone(args), "--secret-file", "-")...)
			if err := os.WriteFile("secret", []byte("Secret: "+secret+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			check(newWorld(t), append(slices.Clone(args), "--secret-file", "secret")...)
		}
	}
}

// searchHome looks for a secret in the names and the text of all kept files.
func searchHome(t *testing.T, w *world, secret string) {
	t.Helper()
	filepath.WalkDir(w.home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // nothing is kept
		}
		text := strings.TrimPrefix(path, w.home)
		if !entry.IsDir() && !strings.HasSuffix(path, ".age") {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			text += string(data)
		}
		if part := leaks(secret, text); part != "" {
			t.Errorf("%s holds %q", path, part)
		}
		return nil
	})
}
