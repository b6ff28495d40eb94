package serve

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExampleIsServed(t *testing.T) {
	var world, errs bytes.Buffer
	if code := Main(context.Background(), []string{"example"}, &world, &errs); code != 0 {
		t.Fatalf("exit %d: %s", code, &errs)
	}
	path := filepath.Join(t.TempDir(), "world.txtar")
	if err := os.WriteFile(path, world.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(context.Background())
	read, write := io.Pipe()
	exit := make(chan int)
	go func() { exit <- Main(ctx, []string{"serve", "--verbose", path}, write, &errs) }()
	env := map[string]string{}
	lines := bufio.NewScanner(read)
	for lines.Scan() && lines.Text() != "ready" {
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		if !ok || value == "" {
			t.Errorf("line %q", lines.Text())
		}
		env[name] = value
	}
	for _, name := range []string{
		"KEZ_DNS_SERVER", "KEZ_GITHUB_API_URL", "KEZ_GITHUB_RAW_URL", "KEZ_NOSTR_RELAYS",
		"KEZ_BLUESKY_APPVIEW_URL", "KEZ_AP_BASE_URL", "KEZ_WEB_BASE_URL", "KEZ_SIG_SERVER",
	} {
		if env[name] == "" {
			t.Errorf("%s is not in the environment", name)
		}
	}
	for _, url := range []string{
		env["KEZ_WEB_BASE_URL"] + "/alice.example/.well-known/kez.json",
		env["KEZ_GITHUB_API_URL"] + "/users/alice/gists",
		env["KEZ_AP_BASE_URL"] + "/social.example/.well-known/webfinger?resource=acct:alice@social.example",
		env["KEZ_BLUESKY_APPVIEW_URL"] + "/xrpc/app.bsky.feed.getAuthorFeed?actor=alice.example&limit=100&filter=posts_with_replies",
	} {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %v", url, response.Status, err)
		}
	}
	interrupt()
	if code := <-exit; code != 0 {
		t.Errorf("exit %d", code)
	}
	if got := errs.String(); strings.Count(got, "\n") != 4 || !strings.Contains(got, "web GET alice.example/.well-known/kez.json\n") {
		t.Errorf("history:\n%s", got)
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
	}{
		{nil, 2}, {[]string{"what"}, 2}, {[]string{"serve"}, 2}, {[]string{"serve", "--nope", "x"}, 2},
		{[]string{"example", "x"}, 2}, {[]string{"--help"}, 0}, {[]string{"serve", filepath.Join(t.TempDir(), "none")}, 3},
	} {
		if code := Main(context.Background(), c.args, io.Discard, io.Discard); code != c.code {
			t.Errorf("%q: exit %d, want %d", c.args, code, c.code)
		}
	}
}
