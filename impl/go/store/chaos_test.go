package store_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kez.lat/kez/impl/go/store"
	"kez.lat/kez/impl/go/store/server"
)

// serve runs the store server on loopback and gives its URL.
func serve(t *testing.T, flags ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int)
	args := append([]string{"--bind", "127.0.0.1:0", "--db", filepath.Join(t.TempDir(), "store.db")}, flags...)
	go func() {
		code := server.Main(args, server.Env{Context: ctx, Stdout: in, Stderr: io.Discard, Getenv: func(string) string { return "" }})
		in.Close()
		ended <- code
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ready {
		stop()
		t.Fatalf("%q, %v", line, err)
	}
	go io.Copy(io.Discard, out)
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("the server ended with %d", code)
		}
	})
	return url
}

// TestChaos: a store that fails at random, loses answers and writes them oddly
// ends up with every chain, and gives every chain.
func TestChaos(t *testing.T) {
	base := serve(t, "--chaos", "7")
	var group sync.WaitGroup
	for n := byte(1); n <= 6; n++ {
		group.Go(func() {
			c := client(t, base)
			c.Patience = time.Hour
			c.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() } // no test waits
			k := key(t, n)
			var subjects []string
			for i := range 8 {
				subjects = append(subjects, fmt.Sprintf("github:a%d", i))
				lines := chain(t, k, subjects...)
				stored, err := patient(func() (store.Stored, error) { return c.Append(t.Context(), k.Identity(), lines) })
				if err != nil || stored.Seq != i {
					t.Errorf("key %d, event %d: %+v, %v", n, i, stored, err)
				}
			}
			lines := chain(t, k, subjects...)
			got, err := patient(func() (*store.Chain, error) { return c.Fetch(t.Context(), k.Identity()) })
			if err != nil || string(got.Lines) != string(lines) {
				t.Errorf("key %d: %v", n, err)
			}
			head, err := patient(func() (store.Head, error) { return c.Head(t.Context(), k.Identity()) })
			if err != nil || head.Length != len(subjects) {
				t.Errorf("key %d: %+v, %v", n, head, err)
			}
		})
	}
	group.Wait()
	// Hints come in pages of any length.
	c := client(t, base)
	c.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	subject, after, found := adding(t, "github:a3"), "", 0
	for pages := 0; pages < 100; pages++ {
		type page struct {
			n    int
			next string
		}
		p, err := patient(func() (page, error) {
			ids, next, err := c.BySubject(t.Context(), subject, after)
			return page{len(ids), next}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		found += p.n
		if after = p.next; after == "" {
			break
		}
	}
	if found != 6 {
		t.Errorf("%d primaries, want 6", found)
	}
}

// patient tries once more where five tries in a row were refused, as happens to
// one request in thousands.
func patient[T any](ask func() (T, error)) (T, error) {
	got, err := ask()
	if err != nil {
		got, err = ask()
	}
	return got, err
}
