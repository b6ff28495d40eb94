package server

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/relay/sqlite"
)

// TestNothingLeaks holds a conversation over polls and streams, and looks for
// its words and keys in every byte that the relay keeps and tells, and for
// handles, bodies and signatures in what it logs and counts. [KEZ-RELAY-041]
func TestNothingLeaks(t *testing.T) {
	metrics, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := metrics.Addr().String()
	metrics.Close()
	w := start(t, func(_ *Config, o *service.Options) { o.MetricsBind = address })
	alice, bob := newKey(t, 41), newKey(t, 42)
	w.register("alice", alice)
	w.register("bobby", bob)
	secrets := []string{}
	for _, key := range []*keys.Private{alice, bob} {
		seed, err := hex.DecodeString(key.SecretText())
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, key.SecretText(), string(seed), key.Phrase())
	}
	var signatures []string
	stream := w.stream("bobby", bob)
	for i := range 10 {
		words := fmt.Sprintf("the heron flies at dawn %d", i)
		secrets = append(secrets, words, hex.EncodeToString([]byte(words)))
		from, to, handle := alice, bob, "bobby"
		if i%2 == 1 {
			from, to, handle = bob, alice, "alice"
		}
		sealer, err := chat.NewSealer(from)
		if err != nil {
			t.Fatal(err)
		}
		envelope, err := sealer.Seal(to.Identity(), chat.Plaintext{Body: words, SentAt: w.time()})
		if err != nil {
			t.Fatal(err)
		}
		body := sendBody(handle, string(envelope))
		auth := w.auth(from, relay.BodyText("POST", serverName, "/v1/messages", handle, []byte(body)))
		signatures = append(signatures, auth[len(auth)-64:])
		w.want("send", "", "POST", "/v1/messages", body, relay.AuthHeader, auth)
		w.want("an error", kez.AuthMalformed, "GET", "/v1/inbox/alice?since=0&auth="+words[:3], "", relay.AuthHeader, "the heron")
		if handle == "bobby" {
			row, _ := stream.next()
			at, _ := kez.ParseTime(row.CreatedAt)
			if m, err := chat.Open(bob, row.Envelope, at, nil); err != nil || m.Plaintext.Body != words {
				t.Fatalf("%+v %v", m, err)
			}
		}
	}
	if page := w.poll("alice", alice, 0, ""); len(page.Messages) != 5 {
		t.Errorf("%d messages", len(page.Messages))
	}
	answer, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	counted, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || !bytes.Contains(counted, []byte("/v1/inbox/{handle}")) || !bytes.Contains(counted, []byte("relay_streams 1\n")) {
		t.Errorf("%v %s", err, counted)
	}
	kept := map[string][]byte{"metrics": counted}
	for _, name := range []string{"", "-wal", "-shm", ".epoch"} { // while it runs
		if kept[name], err = os.ReadFile(w.path + name); err != nil {
			t.Fatal(err)
		}
	}
	w.stop()
	kept["log"] = w.log.Bytes()
	if kept["closed"], err = os.ReadFile(w.path); err != nil || !bytes.Contains(kept["closed"], []byte("bobby")) {
		t.Error("the database is not what was looked through", err)
	}
	for where, text := range kept {
		for _, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%q is in %q", secret, where)
			}
		}
	}
	for _, where := range []string{"log", "metrics"} {
		for _, word := range append(signatures, "alice", "bobby", alice.Identity().Value(), "since=0", "the heron", `"ct"`) {
			if strings.Contains(string(kept[where]), word) {
				t.Errorf("%q is in the %s", word, where)
			}
		}
	}
}

// TestH21_FullDatabase: where there is no room nothing is stored, and what is
// there is read; what grows old makes room without a restart. [KEZ-RELAY-004]
func TestH21_FullDatabase(t *testing.T) {
	w := start(t, nil)
	alice := newKey(t, 1)
	w.stop()
	db, err := sqlite.Open(w.path, sqlite.Options{Options: database.Options{MaxBytes: 600 << 10, Logger: service.NewLog(io.Discard, 8)}})
	if err != nil {
		t.Fatal(err)
	}
	w = start(t, func(c *Config, _ *service.Options) { c.Directory, c.Mailbox = db, db })
	t.Cleanup(func() { w.stop(); db.Close() })
	w.register("alice", alice)
	stored, code := 0, kez.Code("")
	for n := 0; code == "" && n < 100; n++ {
		a := w.do("POST", "/v1/messages", sendBody("alice", fmt.Sprintf(`{"n":%d,"ct":%q}`, n, strings.Repeat("a", 20_000))))
		if code = a.code(t); code == "" {
			stored++
		}
	}
	if code != kez.HTTPStorageFull || stored < 5 {
		t.Fatalf("%s after %d messages", code, stored)
	}
	if page := w.poll("alice", alice, 0, ""); len(page.Messages) != stored {
		t.Errorf("%d messages of %d", len(page.Messages), stored)
	}
	w.want("lookup", "", "GET", "/v1/u/alice", "")
	if n, err := db.Expire(t.Context(), w.time().Add(time.Hour)); n != int64(stored) || err != nil {
		t.Errorf("%d of %d expired, %v", n, stored, err)
	}
	if sent := w.send("alice", `{"n":"there is room"}`); sent.Seq != int64(stored)+1 {
		t.Errorf("seq %d after %d", sent.Seq, stored)
	}
}
