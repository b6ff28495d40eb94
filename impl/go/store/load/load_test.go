package load_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/load"
	"kez.lat/kez/impl/go/store/server"
	"kez.lat/kez/impl/go/store/sqlite"
)

// serve runs a real store in this process.
func serve(t *testing.T) (url string, s *sqlite.Store) {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "kez-sig.db"), sqlite.Options{Options: database.Options{Logger: slog.New(slog.DiscardHandler)}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(server.Config{Log: s, Now: time.Now}))
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return web.URL, s
}

func TestAppendsAndReads(t *testing.T) {
	url, s := serve(t)
	appends, err := load.Appends(context.Background(), load.Plan{Server: url, Connections: 4, Events: 10})
	if err != nil || appends.Requests != 40 || appends.PerSecond() <= 0 || appends.Median <= 0 || appends.Median > appends.P99 || appends.P99 > appends.Longest {
		t.Errorf("%+v, %v", appends, err)
	}
	reads, err := load.Reads(context.Background(), load.Plan{Server: url + "/", Connections: 3, Events: 20}, 2)
	if err != nil || reads.Requests != 6 {
		t.Errorf("%+v, %v", reads, err)
	}
	// Each of the four began its chain untimed; the chain that was read is whole.
	chains := map[string]int{}
	err = s.Arrivals(context.Background(), 0, func(a sigchain.Arrival) error {
		var event struct{ Payload struct{ Primary string } }
		if err := json.Unmarshal(a.Line, &event); err != nil {
			return err
		}
		chains[event.Payload.Primary]++
		return nil
	})
	total := 0
	for _, n := range chains {
		total += n
	}
	if err != nil || len(chains) != 5 || total != 4*11+20 {
		t.Errorf("%v, %v", chains, err)
	}
}

func TestMainPrints(t *testing.T) {
	url, _ := serve(t)
	run := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := load.Main(args, service.Env{Context: context.Background(), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }})
		return code, out.String(), errs.String()
	}
	if code, out, errs := run("--server", url, "--connections", "2", "--events", "3"); code != 0 || errs != "" ||
		!strings.Contains(out, "appended over 2 connections: 6 events in ") || !strings.Contains(out, "fetched a chain of 3 events over 2 connections: 2 chains in ") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	code, out, _ := run("--server", url, "--connections", "2", "--events", "3", "--json")
	var answer struct{ Appends, Reads load.Figures }
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 0 || answer.Appends.Requests != 6 || answer.Reads.Requests != 2 {
		t.Errorf("%d %s %v", code, out, err)
	}
	for _, bad := range [][]string{{"--events", "0"}, {"--events", "10000"}, {"x"}, {"--server", "https://a.example", "--events", "1"}, {"--nonsense"}} {
		if code, out, errs := run(bad...); code != service.ExitUsage || out != "" || !strings.Contains(errs, "hint: ") {
			t.Errorf("%v: %d %s %s", bad, code, out, errs)
		}
	}
}

// TestOddAnswers holds the client against servers that are no store.
func TestOddAnswers(t *testing.T) {
	answering := func(status int, header, body string) string {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if name, value, ok := strings.Cut(header, ": "); ok {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			for _, part := range strings.SplitAfter(body, "|") { // a chunk each
				_, _ = w.Write([]byte(part))
				_ = http.NewResponseController(w).Flush()
			}
		}))
		t.Cleanup(web.Close)
		return web.URL
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	hung := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }))
	defer hung.Close()
	for name, test := range map[string]struct {
		url  string
		want kez.Code
	}{
		"limit on new chains": {answering(429, "Retry-After: 1", "{}"), kez.HTTPRateLimited},
		"a failure in chunks": {answering(500, "", "one|two|three"), kez.HTTPInternal},
		"200 for a new event": {answering(200, "", ""), kez.HTTPInternal},
		"nobody there":        {closed.URL, kez.ChannelUnreachable},
		"no answer":           {hung.URL, kez.ChannelUnreachable},
		"no URL":              {"::", kez.CLIUsage},
	} {
		_, err := load.Appends(context.Background(), load.Plan{Server: test.url, Connections: 2, Events: 1})
		if e, ok := errors.AsType[*kez.Error](err); !ok || e.Code != test.want || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	url, _ := serve(t)
	if _, err := load.Appends(ctx, load.Plan{Server: url, Connections: 1, Events: 1}); err == nil {
		t.Error("a context that ended is no error")
	}
}
