package load_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay/load"
	"kez.lat/kez/impl/go/relay/server"
)

// serve runs a relay for a test.
func serve(t *testing.T, flags ...string) (url string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, ready := io.Pipe()
	done := make(chan int, 1)
	var log bytes.Buffer
	go func() {
		done <- server.Main(append([]string{"--bind", "127.0.0.1:0", "--db", filepath.Join(t.TempDir(), "kez-chat.db"), "--server", "kez.test"}, flags...),
			service.Env{Context: ctx, Stdout: ready, Stderr: &log, Getenv: func(string) string { return "" }})
		ready.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err, <-done, log.String())
	}
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("the relay ended with %d: %s", code, log.String())
		}
	})
	return strings.TrimSpace(strings.TrimPrefix(line, "ready "))
}

var free = []string{"--new-handles", "0", "--sends", "0", "--receives", "0"}

func TestSendsPagesAndStreams(t *testing.T) {
	url := serve(t, free...)
	plan := load.Plan{Server: url, Connections: 3, Messages: 7, Size: 500}
	sends, err := load.Sends(t.Context(), plan)
	if err != nil || sends.Requests != 21 || sends.Bytes < 21*500 || sends.PerSecond() <= 0 || sends.Longest < sends.P99 || sends.P99 < sends.Median {
		t.Errorf("%+v %v", sends, err)
	}
	pages, err := load.Pages(t.Context(), plan, 4)
	if err != nil || pages.Requests != 12 || pages.Bytes != 12*100*500 {
		t.Errorf("%+v %v", pages, err)
	}
	opened := false
	got, err := load.Streams(t.Context(), load.StreamPlan{Server: url, Streams: 5, Rate: 1000, Messages: 103, Size: 200, Opened: func() { opened = true }})
	if err != nil || got.Sent != 103 || got.Lost != 0 || got.Doubled != 0 || got.Mean <= 0 || !opened {
		t.Errorf("%+v %v", got, err)
	}
}

func TestRunPrints(t *testing.T) {
	url := serve(t, free...)
	var out bytes.Buffer
	env := service.Env{Context: t.Context(), Stdout: &out, Stderr: io.Discard, Getenv: func(string) string { return "" }}
	args := []string{"--server", url, "--connections", "2", "--messages", "3", "--polls", "2", "--streams", "2", "--rate", "10"}
	if err := load.Run(args, env); err != nil || !strings.Contains(out.String(), "6 messages in") || !strings.Contains(out.String(), "100 sent, 0 lost, 0 doubled") {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	var object map[string]json.RawMessage
	if err := load.Run(append(args, "--json", "--streams", "0"), env); err != nil || json.Unmarshal(out.Bytes(), &object) != nil || object["sends"] == nil || object["pages"] == nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestRefusals(t *testing.T) {
	if _, err := load.Sends(t.Context(), load.Plan{Server: "https://kez.lat", Connections: 1, Messages: 1, Size: 100}); !errors.Is(err, kez.CLIUsage) {
		t.Errorf("%v", err)
	}
	limited := serve(t, "--new-handles", "1")
	_, err := load.Sends(t.Context(), load.Plan{Server: limited, Connections: 3, Messages: 1, Size: 100})
	if !errors.Is(err, kez.HTTPRateLimited) || !strings.Contains(err.Error(), "--new-handles 0") {
		t.Errorf("%v", err)
	}
}

func TestEnvelopesHaveTheirSize(t *testing.T) {
	for _, size := range []int{64, 65, 2000} {
		if text := load.Envelope(7, size); len(text) != size || !json.Valid([]byte(text)) {
			t.Errorf("%d bytes of %d: %s", len(text), size, text)
		}
	}
}
