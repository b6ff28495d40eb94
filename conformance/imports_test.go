package conformance_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "kez.lat/kez/"

// directions say who must not import whom: a package whose path starts with the
// first never depends on one that starts with another, not even indirectly.
var directions = []struct {
	from string
	not  []string
	why  string
}{
	{"conformance", []string{"impl"}, "the engine tests implementations and is none"},
	{"vectors", []string{"impl", "conformance", "fakes"}, "what is mirrored is not tested"},
	{"spec", []string{"impl", "conformance", "vectors", "fakes"}, "the specification rules"},
	{"fakes", []string{"impl", "vectors", "conformance"}, "a fake must not mirror a bug"},
	{"impl", []string{"conformance", "vectors", "fakes"}, "an implementation knows nothing of its tests"},
	{"impl/go/cli", []string{"impl/go/store/server", "impl/go/relay/server"}, "clients never import servers"},
}

// exempt are wrong implementations on purpose, which wrap a right one.
const exempt = "conformance/mutants"

// testOnly end the paths of packages that only tests import.
var testOnly = []string{"/internal/worldtest", "/internal/servertest", "/internal/sharedtest", "/httpfake/corpustest"}

// worldHelper ends the path of one of these that may start the fakes of a whole
// world although it stands within an implementation.
const worldHelper = "/internal/worldtest"

// stdOnly are packages that import nothing but the standard library.
var stdOnly = []string{"spec", "vectors"}

type listed struct {
	ImportPath string
	Dir        string
	Name       string
	GoFiles    []string
	Deps       []string
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		for _, d := range directions {
			if !within(path, d.from) || within(path, exempt) || strings.HasSuffix(path, worldHelper) {
				continue
			}
			for _, dep := range p.Deps {
				for _, not := range d.not {
					if dep, ours := strings.CutPrefix(dep, module); ours && within(dep, not) {
						t.Errorf("%s imports %s: %s", path, dep, d.why)
					}
				}
			}
		}
		// Deps are those of the package itself, never of its tests.
		for _, dep := range p.Deps {
			for _, helper := range testOnly {
				if strings.HasPrefix(dep, module) && strings.HasSuffix(dep, helper) {
					t.Errorf("%s imports %s, which is for tests only", path, dep)
				}
			}
		}
		for _, only := range stdOnly {
			if path != only {
				continue
			}
			for _, dep := range p.Deps {
				if first, _, _ := strings.Cut(dep, "/"); strings.Contains(first, ".") && !strings.HasPrefix(dep, module) {
					t.Errorf("%s imports %s, and should import the standard library only", path, dep)
				}
			}
		}
	}
}

// A command is one call; what it does is in a package that can be tested.
func TestCommandsAreShort(t *testing.T) {
	const most = 60
	for _, p := range packages(t) {
		if p.Name != "main" || !within(strings.TrimPrefix(p.ImportPath, module), "cmd") {
			continue
		}
		lines := 0
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			lines += strings.Count(string(text), "\n")
		}
		if lines >= most {
			t.Errorf("%s has %d lines, and should have fewer than %d", p.ImportPath, lines, most)
		}
	}
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func packages(t *testing.T) (all []listed) {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Name,GoFiles,Deps", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
