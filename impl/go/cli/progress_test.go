package cli_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/fakes/storefake"
	"kez.lat/kez/impl/go/cli"
)

// TestProgress shows how far publishing and pulling are where a terminal takes
// lines back, takes the last line back at the end, and says nothing elsewhere.
func TestProgress(t *testing.T) {
	var urls []string
	for range 2 {
		store, err := storefake.Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		urls = append(urls, store.URL())
	}
	w := signing(t)
	w.env["KEZ_SIG_SERVER"] = strings.Join(urls, ",")
	if e := w.run("sigchain", "add", "github:alice"); e.exit != 0 {
		t.Fatal(e.stderr)
	}
	run := func(terminal bool, args ...string) string {
		var stdout, stderr bytes.Buffer
		exit := cli.Main(args, cli.Env{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Getenv: w.getenv, Now: time.Now, Progress: terminal})
		if exit != 0 {
			t.Fatalf("%v: exit %d\n%s%s", args, exit, &stdout, &stderr)
		}
		return stderr.String()
	}
	publish := []string{"sigchain", "publish"}
	shown := run(true, publish...)
	for _, want := range []string{"\r\x1b[K0 of 2 places done", "\r\x1b[K1 of 2 places done"} {
		if !strings.Contains(shown, want) {
			t.Errorf("publish shows %q, want %q in it", shown, want)
		}
	}
	if !strings.HasSuffix(shown, "\r\x1b[K") {
		t.Errorf("publish leaves %q behind", shown)
	}
	if shown := run(true, "sigchain", "pull"); !strings.Contains(shown, "\r\x1b[Kasking for the chain of "+alice) || !strings.HasSuffix(shown, "\r\x1b[K") {
		t.Errorf("pull shows %q", shown)
	}
	for _, args := range [][]string{publish, {"sigchain", "pull"}} {
		if shown := run(false, args...); strings.Contains(shown, "\x1b") {
			t.Errorf("%v without a terminal: %q", args, shown)
		}
		if shown := run(true, append(args, "--json")...); strings.Contains(shown, "\x1b") {
			t.Errorf("%v with --json: %q", args, shown)
		}
	}
}
