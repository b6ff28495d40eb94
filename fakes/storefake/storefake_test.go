package storefake_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/storefake"
)

const (
	alice = "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
	path  = "/v1/sigchains/ed25519/3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
	// The two events of the specification's example.
	first  = `{"kez":"sigchain_event","payload":{"created_at":"2026-01-02T03:04:05Z","op":"add","payload":{"subject":"github:alice"},"primary":"ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29","seq":0,"type":"kez.sigchain.event","version":1},"signature":{"alg":"ed25519-sha512-jcs","key":"ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29","sig":"89bbc3c592a6132ad575fdf30d4ee5f27480cfcf0b62f3c033edd6287a96dca2542ff96675c82d33961ff718d8789ff4dbc4ea09c57fa3356ddeaff47fc1100d"}}`
	second = `{"kez":"sigchain_event","payload":{"created_at":"2026-01-03T03:04:05Z","op":"add","payload":{"subject":"dns:alice.example"},"prev":"sha256:1e0c240460a8f61d566d3be570afdd20fd1b5596e80fc49980fc060a5a06f889","primary":"ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29","seq":1,"type":"kez.sigchain.event","version":1},"signature":{"alg":"ed25519-sha512-jcs","key":"ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29","sig":"db9cf2e9815e46d9e4d5953e0dc435c5df4efa84159833d834d3329af844c87479368d70660a9afce5d45b62b6129002e550323e151e2a16557cc21fd33bd301"}}`
	head   = "sha256:4fad10c2c17e5254862ebad96609a4e78169bdd571c497a483580b43b4946562"
)

func start(t *testing.T) *storefake.Server {
	t.Helper()
	s, err := storefake.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func ask(t *testing.T, s *storefake.Server, method, at, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, s.URL()+at, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/jsonl")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestChainGrows(t *testing.T) {
	s := start(t)
	spoilt := strings.Replace(second, `"sig":"db`, `"sig":"da`, 1)
	for _, step := range []struct {
		method, at, body string
		status           int
		say              string
	}{
		{"GET", path, "", 404, "http.not_found"},
		{"GET", path + "/head", "", 404, "http.not_found"},
		{"POST", path + "/events", second, 409, "sigchain.gap"},
		{"POST", path + "/events", first + "\n", 201, `"seq":0`},
		{"POST", path + "/events", first, 200, `"seq":0`},
		{"POST", path, spoilt, 422, "signature.invalid"},
		{"POST", path, first + "\n" + second, 201, head},
		{"POST", strings.Replace(path, "3b", "3c", 1), first, 400, "sigchain.primary_changed"},
		{"POST", path, "{}", 400, "json.syntax"},
		{"GET", path, "", 200, first + "\n" + second + "\n"},
		{"GET", path + "?since=1", "", 200, second + "\n"},
		{"GET", path + "/head", "", 200, `"length":2`},
		{"GET", "/v1/by-subject/github:alice", "", 200, alice},
		{"GET", "/v1/by-subject/github:bob", "", 200, `"primaries":[]`},
		{"GET", "/v1/export?after=1", "", 200, `{"n":2,"event":` + second},
		{"GET", "/v1/healthz", "", 200, "ok"},
	} {
		status, text := ask(t, s, step.method, step.at, step.body)
		if status != step.status || !strings.Contains(text, step.say) {
			t.Errorf("%s %s %.60s: %d %s, want %d with %s", step.method, step.at, step.body, status, text, step.status, step.say)
		}
	}
	if unknown := s.Unknown(); len(unknown) > 0 {
		t.Errorf("unknown: %q", unknown)
	}
	if status, _ := ask(t, s, "DELETE", path, ""); status != 501 || len(s.Unknown()) != 1 {
		t.Errorf("an unknown request: %d, %q", status, s.Unknown())
	}
}

func TestWorld(t *testing.T) {
	s := start(t)
	load := func(text string) error {
		folder, err := txtar.FS(txtar.Parse([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		return s.Load(folder)
	}
	if err := load("-- ed25519_3b.jsonl --\nno chain\n-- faults.json --\n[{\"on\": \"/v1/export\", \"status\": 503}]\n"); err != nil {
		t.Fatal(err)
	}
	if status, text := ask(t, s, "GET", "/v1/sigchains/ed25519/3b", ""); status != 200 || text != "no chain\n" {
		t.Errorf("%d %q", status, text)
	}
	if status, _ := ask(t, s, "GET", "/v1/export", ""); status != 503 {
		t.Errorf("the fault: %d", status)
	}
	for _, odd := range []string{"-- chain.jsonl --\n", "-- dns_x.jsonl --\n", "-- faults.json --\n{}\n"} {
		if err := load(odd); err == nil {
			t.Errorf("%q was taken", odd)
		}
	}
	s.Put(alice, []byte(first))
	if got := string(s.Chain(alice)); got != first {
		t.Errorf("%q", got)
	}
	if s.Clear(); s.Chain(alice) != nil {
		t.Error("still there")
	}
}
