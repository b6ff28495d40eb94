package lint

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// folder copies the vectors into memory, with one text replaced in one file.
func folder(t *testing.T, name, old, new string) fs.FS {
	t.Helper()
	copied := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".go") {
			return err
		}
		data, err := os.ReadFile("../" + path)
		if path == name {
			if !strings.Contains(string(data), old) {
				t.Fatalf("%s does not hold %q", name, old)
			}
			data = []byte(strings.Replace(string(data), old, new, 1))
		}
		copied[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

func TestCheckFinds(t *testing.T) {
	for _, c := range []struct{ what, file, old, new, want string }{
		{"a vanished id", "short.json", `"id": "short-format-0"`, `"id": "short-format-00"`, "short-format-0 has vanished"},
		{"an id that is not listed", "ids.txt", "short-format-0\n", "", "short-format-0 is missing"},
		{"a withdrawal without a reason", "ids.txt", "short-format-0\n", "short-format-0 withdrawn: \n", "short-format-0"},
		{"an unknown rule", "short.json", `"KEZ-SHORT-001"`, `"KEZ-SHORT-999"`, "no rule KEZ-SHORT-999"},
		{"an unknown code", "short.json", `"code": "short.malformed"`, `"code": "short.odd"`, "no code short.odd"},
		{"a wrong ancestor", "short.json", `"mutates": "short-spec"`, `"mutates": "short-format-0"`, "which is no accepting case"},
		{"a fault without words", "short.json", `"mutation": "format 0"`, `"mutation": ""`, "format-0"},
		{"a member that is not defined", "short.json", `"why":`, `"because":`, "short.json"},
		{"bytes in two spellings", "short.json", `"utf8":`, `"hex": "00", "utf8":`, "short.json"},
		{"an absent file", "compact.json", `"file": "blobs/compact`, `"file": "blobs/compost`, "no file blobs/compost"},
		{"an edited file", "identity_valid.txt", "github:alice\n", "", "SHA256SUMS"},
		{"a reason that is no longer needed", "later.txt", "KEZ-ERR:", "KEZ-JSON-001:", "KEZ-JSON-001"},
		{"a rule with nothing", "untestable.txt", "KEZ-SIG-023: ", "# ", "KEZ-SIG-023"},
	} {
		_, err := Check(folder(t, c.file, c.old, c.new))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", c.what, err, c.want)
		}
	}
}
