package conformance_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/conformance/httpscript"
	"kez.lat/kez/conformance/openapi"
	"kez.lat/kez/spec"
)

// hiddenStore turns the test binary into kez-sig-server.
const hiddenStore = "__kez-sig-server"

// hiddenRelay turns it into kez-chat-server.
const hiddenRelay = "__kez-chat-server"

// goStore starts the store of the Go implementation for a test.
func goStore(t *testing.T, flags ...string) string { return goServer(t, hiddenStore, flags...) }

// goRelay starts its relay.
func goRelay(t *testing.T) string {
	return goServer(t, hiddenRelay, "--server", "kez.test", "--new-handles", "0", "--sends", "0")
}

func goServer(t *testing.T, hidden string, flags ...string) string {
	t.Helper()
	args := append([]string{os.Args[0], hidden, "--bind", "127.0.0.1:{port}", "--db", "{dir}/kez.db"}, flags...)
	var log bytes.Buffer
	base, stop, err := httpscript.Server{Command: args}.Start(context.Background(), &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("%v\n%s", err, log.String())
		}
	})
	return base
}

// direct is a transport that sees answers as they come, and asks before it sends
// a body where the request says so.
var direct = &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64, ExpectContinueTimeout: 10 * time.Second}

func storeContract(t *testing.T) *openapi.Contract {
	return pageContract(t, "../spec/store.openapi.yaml")
}

func pageContract(t *testing.T, page string) *openapi.Contract {
	t.Helper()
	c, err := openapi.New(page, direct)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// runScripts makes one subtest of each step.
func runScripts(t *testing.T, scripts []*httpscript.Script, o httpscript.Options) {
	t.Helper()
	r, err := httpscript.Run(context.Background(), scripts, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range r.Results {
		t.Run(result.Script+"/"+result.Step.Title, func(t *testing.T) {
			switch result.Outcome {
			case httpscript.Fail:
				t.Errorf("%v\nseed %s", result, r.Seed)
			case httpscript.NotRun:
				t.Skip("a step before it failed")
			}
		})
	}
}

// TestStore asks the Go store, and every store that KEZ_MANIFEST names, what the
// scripts say: one subtest a step.
func TestStore(t *testing.T) {
	scripts, err := httpscript.Store()
	if err != nil {
		t.Fatal(err)
	}
	run := func(t *testing.T, o httpscript.Options) { runScripts(t, scripts, o) }
	t.Run("go", func(t *testing.T) {
		contract := storeContract(t)
		run(t, httpscript.Options{Base: goStore(t), Transport: contract})
		for _, key := range contract.Unseen() {
			// These need limits or failures, which the store's own tests make.
			if !slices.Contains([]string{"429", "500", "503", "507"}, key[len(key)-3:]) {
				t.Errorf("no step gets %s", key)
			}
		}
	})
	t.Run("again", func(t *testing.T) {
		base := goStore(t)
		run(t, httpscript.Options{Base: base})
		run(t, httpscript.Options{Base: base}) // other keys: a store can be asked twice
	})
	for _, path := range filepath.SplitList(os.Getenv("KEZ_MANIFEST")) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			exit, stdout, stderr := command(t, nil, "http", "--manifest", path)
			if strings.Contains(stderr, "names no store") {
				t.Skip("the manifest names no store")
			}
			if exit != 0 {
				t.Errorf("exit %d\n%s%s", exit, stdout, stderr)
			}
		})
	}
}

// TestRelay asks the Go relay what the scripts say, twice, since a relay keeps
// what it was told.
func TestRelay(t *testing.T) {
	scripts, err := httpscript.Relay()
	if err != nil {
		t.Fatal(err)
	}
	base, contract := goRelay(t), pageContract(t, "../spec/relay.openapi.yaml")
	for range 2 {
		runScripts(t, scripts, httpscript.Options{Base: base, Transport: contract})
	}
	for _, key := range contract.Unseen() {
		// These need limits or failures, which the relay's own tests make.
		if !slices.Contains([]string{"429", "500", "503", "507"}, key[len(key)-3:]) {
			t.Logf("no step gets %s", key)
		}
	}
	if exit, stdout, stderr := command(t, nil, "http", "--relay", base, "-v", "auth"); exit != 0 || !strings.Contains(stdout, "pass    relay/auth:") {
		t.Errorf("exit %d\n%s%s", exit, stdout, stderr)
	}
}

// The command says what fails and with which rules, and exits as ever.
func TestHTTPCommand(t *testing.T) {
	exit, stdout, stderr := command(t, nil, "http", "--store", goStore(t), "-v", "append", "store/framing")
	if exit != 0 || !strings.Contains(stdout, "pass    store/append:") || !strings.Contains(stdout, "fail 0") {
		t.Errorf("exit %d\n%s%s", exit, stdout, stderr)
	}
	// A server that is no store fails the first step of every script.
	exit, stdout, _ = command(t, nil, "http", "--store", goStore(t)+"/elsewhere")
	if exit != 1 || !strings.Contains(stdout, "KEZ-STORE-018") || !strings.Contains(stdout, "not run") {
		t.Errorf("exit %d, want 1\n%s", exit, stdout)
	}
	manifest := filepath.Join(t.TempDir(), "m.json")
	text := `{"name": "m", "servers": {"store": {"command": ["` + os.Args[0] + `", "` + hiddenStore + `", "--bind", "127.0.0.1:{port}", "--db", "{dir}/a.db"]}}}`
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if exit, stdout, stderr = command(t, nil, "http", "--manifest", manifest, "read"); exit != 0 {
		t.Errorf("exit %d\n%s%s", exit, stdout, stderr)
	}
	for _, args := range [][]string{{}, {"--store", "nonsense"}, {"--store", "http://127.0.0.1:1", "nonsense"}, {"--manifest", "tutorial/manifest.json"}} {
		if exit, stdout, _ := command(t, nil, append([]string{"http"}, args...)...); exit != 2 {
			t.Errorf("%v: exit %d, want 2\n%s", args, exit, stdout)
		}
	}
}

// Every rule that a script can show is in one; the list says which others are
// shown by tests of the servers.
func TestScriptsCoverTheStore(t *testing.T) {
	scripts, err := httpscript.Store()
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, s := range scripts {
		for _, step := range s.Steps {
			tags = append(tags, step.Tags...)
		}
	}
	for _, want := range []string{"004", "005", "006", "007", "008", "009", "010", "011", "012", "013", "014", "015", "017", "018",
		"019", "020", "021", "022", "023", "024", "025", "026", "028", "029", "030", "032", "036", "038", "039"} {
		if !slices.Contains(tags, "KEZ-STORE-"+want) {
			t.Errorf("no step names KEZ-STORE-%s", want)
		}
	}
}

// Every rule about the relay is in a step, or in this list of what a script
// cannot show: rules of clients, of settings, and of what takes a restart or
// many messages, which tests of the relay and of its client show.
func TestScriptsCoverTheRelay(t *testing.T) {
	scripts, err := httpscript.Relay()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, s := range scripts {
		for _, step := range s.Steps {
			for _, tag := range step.Tags {
				shown[tag] = true
			}
		}
	}
	elsewhere := strings.Fields("001 002 010 012 015 026 027 028 029 041 043 052 062 064 065 069 071")
	for _, tag := range spec.Tags() {
		number, ours := strings.CutPrefix(tag.ID, "KEZ-RELAY-")
		if ours && shown[tag.ID] == slices.Contains(elsewhere, number) {
			t.Errorf("%s: a step names it: %v, listed: %v", tag.ID, shown[tag.ID], !shown[tag.ID])
		}
	}
}
