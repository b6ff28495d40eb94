package main_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kez.lat/kez/cmd/internal/servertest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/sqlite"
)

// longChain puts a chain into a database that is longer than clients take, as a
// store of a larger limit would hold it. Its links are right; its signatures are
// not looked at when it is served, and are only as long as real ones.
func longChain(t testing.TB, db string, events int) (primary kez.Identity, digest [32]byte) {
	t.Helper()
	s, err := sqlite.Open(db, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name := "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
	if primary, err = kez.ParseSigned(name); err != nil {
		t.Fatal(err)
	}
	subject, err := kez.ParseSigned("github:alice")
	if err != nil {
		t.Fatal(err)
	}
	whole := sha256.New()
	tip := sigchain.Tip{Primary: primary}
	const batch = 5000
	for seq := 0; seq < events; {
		from := tip
		entries := make([]sigchain.Entry, 0, batch)
		for ; len(entries) < batch && seq < events; seq++ {
			prev := ""
			if seq > 0 {
				prev = `"prev":"` + tip.Head.String() + `",`
			}
			line := fmt.Appendf(nil, `{"kez":"sigchain_event","payload":{"created_at":"2026-01-02T03:04:05Z","op":"add","payload":{"subject":"github:alice"},%s"primary":"%s","seq":%d,"type":"kez.sigchain.event","version":1},"signature":{"alg":"ed25519-sha512-jcs","key":"%s","sig":"%x"}}`,
				prev, name, seq, name, sha512.Sum512([]byte(prev)))
			e := sigchain.Entry{Event: sigchain.Event{Seq: seq, Hash: sha256.Sum256(line), Op: sigchain.Add, Target: subject}, Line: line}
			tip = tip.After(&e)
			entries = append(entries, e)
			whole.Write(append(line, '\n'))
		}
		if stored, err := s.Append(context.Background(), from, entries); err != nil || !stored {
			t.Fatal(stored, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return primary, [32]byte(whole.Sum(nil))
}

// TestH12_LongChainInBoundedMemory fetches a chain of 100,000 events and watches
// the memory of the store: it may grow by 64 MB (KEZ-STORE-016).
func TestH12_LongChainInBoundedMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 events take seconds")
	}
	const events, allowed = 100_000, 64 << 20
	db := filepath.Join(t.TempDir(), "kez-sig.db")
	primary, want := longChain(t, db, events)
	p := program.Start(t, program.Built(t), db)
	url := p.URL + "/v1/sigchains/" + primary.System() + "/" + primary.Value()
	for _, encoding := range []string{"identity", "gzip"} {
		t.Run("H-12 "+encoding, func(t *testing.T) {
			before := p.Memory(t, "VmRSS")
			if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.PID), []byte("5"), 0); err != nil {
				t.Logf("the highest memory is that since the start: %v", err)
			}
			r, err := http.NewRequest(http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", encoding)
			began := time.Now()
			a, err := servertest.Client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close()
			body := io.Reader(a.Body)
			if a.Header.Get("Content-Encoding") == "gzip" {
				if body, err = gzip.NewReader(body); err != nil {
					t.Fatal(err)
				}
			} else if encoding == "gzip" {
				t.Error("the answer is not compressed")
			}
			got := sha256.New()
			n, err := io.Copy(got, body)
			if err != nil || !bytes.Equal(got.Sum(nil), want[:]) {
				t.Fatalf("another chain after %d bytes: %v", n, err)
			}
			grown := p.Memory(t, "VmHWM") - before
			t.Logf("%d events, %.1f MB in %s; memory %.1f MB, at most %.1f MB more", events, float64(n)/1e6,
				time.Since(began).Round(time.Millisecond), float64(before)/(1<<20), float64(grown)/(1<<20))
			if grown > allowed {
				t.Errorf("memory grew by %d bytes", grown)
			}
		})
	}
	p.Stop(t)
}
