package main_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/kez"
)

// TestH22_DamagedFiles starts the store on files that are damaged in many ways:
// it refuses with a clear message, or it answers what is right, an error, or a
// stream that breaks off, and healthz tells once a reader met the damage
// (KEZ-STORE-003, 037).
func TestH22_DamagedFiles(t *testing.T) {
	db := filepath.Join(t.TempDir(), "kez-sig.db")
	p := program.Start(t, nil, db)
	authors := make([]*author, 8)
	for i := range authors {
		authors[i] = newAuthor(t)
		for range 10 {
			if _, err := authors[i].next(); err != nil {
				t.Fatal(err)
			}
		}
		wantPost(t, authors[i].url(p.URL), authors[i].chain(), 201)
	}
	export := wantGet(t, p.URL+"/v1/export")
	p.Stop(t)
	good, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	flips := 30
	if os.Getenv("KEZ_SOAK") == "1" {
		flips = 2000
	}
	random := rand.New(rand.NewPCG(1, 22))
	met := map[string]int{}
	for range flips {
		damaged := bytes.Clone(good)
		at := random.IntN(len(good))
		damaged[at] ^= byte(1 + random.IntN(255))
		path := filepath.Join(t.TempDir(), "kez-sig.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		p, ready := program.Launch(t, nil, path)
		if !ready {
			wantRefusal(t, p, path)
			met["refused"]++
			continue
		}
		wrong, broken := false, false
		for _, a := range authors {
			status, body, err := servertest.Get(a.url(p.URL))
			broken = broken || err != nil || status == 503
			wrong = wrong || status == 404 || status == 200 && (!bytes.HasPrefix(a.chain(), body) || err == nil && len(body) != len(a.chain()))
		}
		status, body, err := servertest.Get(p.URL + "/v1/export")
		broken = broken || err != nil || status == 503
		wrong = wrong || status == 200 && (!bytes.HasPrefix(export, body) || err == nil && len(body) != len(export))
		if wrong {
			t.Errorf("byte %d: something wrong was served", at)
		}
		if status, text, err := servertest.Get(p.URL + "/v1/healthz"); err != nil || broken != (status == 503) {
			t.Errorf("byte %d: a reader met damage: %t; healthz says %d %s", at, broken, status, text)
		}
		if met["harmless"]++; broken {
			met["harmless"]--
			met["detected"]++
		}
		servertest.Client.CloseIdleConnections()
		p.Stop(t)
	}
	t.Logf("of %d flips: %v", flips, met)
	for name, data := range map[string][]byte{
		"truncated":       good[:len(good)/2],
		"half a page":     good[:len(good)-100],
		"empty":           nil,
		"another file":    []byte(strings.Repeat("chain,of,nothing\n", 1000)),
		"another program": append(append(bytes.Clone(good[:68]), "\x00\x00\x00\x01"...), good[72:]...),
		"a newer version": append(append(bytes.Clone(good[:60]), "\x00\x00\x00\x63"...), good[64:]...),
	} {
		t.Run("H-22 "+name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kez-sig.db")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			p, ready := program.Launch(t, nil, path)
			if ready {
				t.Fatal("the store started")
			}
			wantRefusal(t, p, path)
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, data) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// wantRefusal wants a message that names the file and says what to do.
func wantRefusal(t *testing.T, p *servertest.Process, path string) {
	t.Helper()
	text := p.Stderr.String()
	if p.Cmd.ProcessState.ExitCode() != kez.ExitOf(kez.CLIFile) || !strings.Contains(text, "kez-sig-server: error: "+path) || !strings.Contains(text, "kez-sig-server: hint: ") ||
		strings.Contains(text, "goroutine") {
		t.Errorf("exit %d: %s", p.Cmd.ProcessState.ExitCode(), text)
	}
}
