package chainfile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// signedChain gives the lines of a chain that adds subjects, and its state.
func signedChain(t *testing.T, key *keys.Private, subjects ...string) (*sigchain.State, []byte) {
	t.Helper()
	v := sigchain.NewVerifier(sigchain.NewState(key.Identity()))
	var lines []byte
	for _, subject := range subjects {
		line, err := adder(t, key, subject)(v.State())
		if err == nil {
			err = v.Append(line)
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	return v.State(), lines
}

// A chain is kept where it extends the kept one, whatever its spelling, and
// never shortens or changes it. [KEZ-VERIFY-028, 029, KEZ-CHAIN-014]
func TestKeep(t *testing.T) {
	files, key := open(t)
	path := files.Path(key.Identity())
	for i, step := range []struct {
		subjects []string
		respell  func([]byte) []byte
		changed  bool
		code     kez.Code
		kept     int
	}{
		{[]string{"github:a"}, nil, true, "", 1},
		{[]string{"github:a"}, nil, false, "", 1},
		{[]string{"github:a", "github:b", "github:c"}, func(b []byte) []byte {
			return bytes.TrimSuffix(bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), []byte(`":`), []byte(`" : `)), []byte("\r\n"))
		}, true, "", 3},
		{[]string{"github:a", "github:b"}, nil, false, "", 3},
		{[]string{"github:a", "github:x", "github:y", "github:z"}, nil, false, kez.SigchainFork, 3},
		{[]string{"github:a", "github:b", "github:c", "github:d"}, nil, true, "", 4},
	} {
		state, lines := signedChain(t, key, step.subjects...)
		if step.respell != nil {
			lines = step.respell(lines)
		}
		changed, err := files.Keep(state, lines)
		if changed != step.changed || kez.CodeOf(err) != step.code {
			t.Errorf("step %d: %t, %v", i, changed, err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, want := signedChain(t, key, []string{"github:a", "github:b", "github:c", "github:d"}[:step.kept]...)
		if !bytes.Equal(data, want) {
			t.Errorf("step %d: %q is kept", i, data)
		}
	}
	// What the user's editor made of the file is extended too.
	_, three := signedChain(t, key, "github:a", "github:b", "github:c")
	if err := os.WriteFile(path, bytes.ReplaceAll(three, []byte("\n"), []byte("\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	state, lines := signedChain(t, key, "github:a", "github:b", "github:c", "github:d")
	if changed, err := files.Keep(state, lines); err != nil || !changed {
		t.Errorf("after CRLF: %t, %v", changed, err)
	}
	// A broken file is left as it is.
	if err := os.WriteFile(path, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed, err := files.Keep(state, lines); err == nil || changed {
		t.Errorf("over a broken file: %t, %v", changed, err)
	}
}

// Evidence proves itself, stays, and keeps the chain from growing. [KEZ-CHAIN-074, 075]
func TestEvidence(t *testing.T) {
	files, key := open(t)
	a, linesA := signedChain(t, key, "github:a", "github:b")
	b, linesB := signedChain(t, key, "github:a", "github:x", "github:y")
	merged := sigchain.Merge(a, b)
	if err := files.KeepFork(merged, linesA); kez.CodeOf(err) != kez.CLIFile {
		t.Errorf("with one branch at hand: %v", err)
	}
	if state, _, err := files.Evidence(key.Identity()); state != nil || err != nil {
		t.Fatalf("before: %+v, %v", state, err)
	}
	if err := files.KeepFork(merged, []byte("{broken\n"), linesB, linesA); err != nil {
		t.Fatal(err)
	}
	state, data, err := files.Evidence(key.Identity())
	if err != nil || *state.Fork != *merged.Fork || state.Length != 1 {
		t.Fatalf("%+v, %v", state, err)
	}
	if _, err := sigchain.VerifyBytes(data); kez.CodeOf(err) != kez.SigchainFork {
		t.Errorf("the evidence proves nothing by itself: %v", err)
	}
	if _, err := files.Append(key.Identity(), adder(t, key, "github:c")); kez.CodeOf(err) != kez.SigchainFork {
		t.Errorf("an event was added: %v", err)
	}
	loaded, _, err := files.Load(key.Identity())
	if kez.CodeOf(err) != kez.SigchainFork || loaded.Fork == nil || !strings.Contains(errHint(err), "forks") {
		t.Errorf("%+v, %v", loaded, err)
	}
	// A later fork does not take its place, an earlier one does.
	c, linesC := signedChain(t, key, "github:z")
	if err := files.KeepFork(sigchain.Merge(a, c), linesA, linesC); err != nil {
		t.Fatal(err)
	}
	if state, _, _ = files.Evidence(key.Identity()); state.Fork.Seq != 0 || state.Primary != key.Identity() {
		t.Errorf("%+v", state)
	}
	if err := files.KeepFork(merged, linesA, linesB); err != nil {
		t.Fatal(err)
	}
	if state, _, _ = files.Evidence(key.Identity()); state.Fork.Seq != 0 {
		t.Errorf("a later fork took its place")
	}
	// What is no evidence is told, and nothing is done about it.
	path := files.EvidencePath(key.Identity())
	for _, content := range []string{"", "{}\n", string(linesA)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := files.Load(key.Identity()); kez.CodeOf(err) != kez.CLIFile {
			t.Errorf("%.20q: %v", content, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(t.TempDir(), "x"), path); err != nil {
		t.Fatal(err)
	}
	if _, _, err := files.Load(key.Identity()); kez.CodeOf(err) != kez.CLIFile {
		t.Errorf("a link: %v", err)
	}
}

func errHint(err error) string {
	if e, ok := errors.AsType[*kez.Error](err); ok {
		return e.Hint
	}
	return ""
}
