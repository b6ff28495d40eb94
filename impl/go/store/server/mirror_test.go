package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store"
	"kez.lat/kez/impl/go/store/sqlite"
)

// follower is a mirror with its own database.
type follower struct {
	*mirror
	db  *sqlite.Store
	log *lockedBuffer
}

func newFollower(t *testing.T, dir, from string) *follower {
	t.Helper()
	path := filepath.Join(dir, "mirror.db")
	db, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	client, err := store.New(from, "test")
	if err != nil {
		t.Fatal(err)
	}
	client.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() } // no waiting in tests
	f := &follower{db: db, log: &lockedBuffer{}}
	f.mirror = &mirror{from: client, log: db, cursors: cursorOf(path, from), logger: slog.New(slog.NewJSONHandler(f.log, nil)),
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	return f
}

func (f *follower) catch(t *testing.T) {
	t.Helper()
	if err := f.catchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (f *follower) length(t *testing.T, p *person) int {
	t.Helper()
	tip, err := f.db.Tip(context.Background(), p.key.Identity())
	if err != nil {
		t.Fatal(err)
	}
	return tip.Length
}

func post(t *testing.T, base string, p *person, events ...[]byte) {
	t.Helper()
	ask(t, "POST", base+p.path(), bytes.Join(events, newline), "Content-Type", "application/jsonl").want(t, 201, "")
}

// exportOf serves lines as the export of a store would, honest or not.
func exportOf(t *testing.T, lines *[]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/export" {
			http.NotFound(w, r)
			return
		}
		after, _ := strconv.Atoi(r.URL.Query().Get("after"))
		w.Header().Set("Content-Type", "application/jsonl")
		for i := after; i < len(*lines); i++ {
			fmt.Fprintf(w, `{"n":%d,"event":%s}`+"\n", i+1, (*lines)[i])
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// Two stores that each take events and follow each other end up with the same
// chains.
func TestMirrorsConverge(t *testing.T) {
	a, b := run(t), run(t)
	people := make([]*person, 20)
	for i := range people {
		people[i] = newPerson(t, i)
		post(t, []string{a.base, b.base}[i%2], people[i], people[i].add("github:alice"), people[i].add("dns:a.example"))
	}
	for _, way := range []struct {
		into *running
		from *running
	}{{a, b}, {b, a}, {a, b}} {
		if exit, log := once(t, way.into, way.from.base); exit != 0 {
			t.Fatalf("exit %d: %s", exit, log)
		}
	}
	// One that goes on following both, while they take more.
	c := run(t, "mirror", "--from", b.base+","+a.base, "--interval", "10ms")
	for i, p := range people {
		post(t, []string{a.base, b.base}[i%2], p, p.add("github:late"))
	}
	late, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for i, p := range people {
		want := ask(t, "GET", []string{a.base, b.base}[i%2]+p.path(), nil).body
		for got := ""; got != want; got = ask(t, "GET", c.base+p.path(), nil).body {
			if late.Err() != nil {
				t.Fatalf("the mirror has %q, want %q", got, want)
			}
		}
		both := ask(t, "GET", []string{b.base, a.base}[i%2]+p.path(), nil).body
		if both == "" || !strings.HasPrefix(want, both) {
			t.Errorf("the stores disagree: %q and %q", want, both)
		}
	}
}

// once runs `mirror --once` into the database of a store that is stopped for it.
func once(t *testing.T, into *running, from string) (int, string) {
	t.Helper()
	if exit := into.stop(); exit != 0 {
		t.Fatalf("exit %d", exit)
	}
	var log lockedBuffer
	env := Env{Context: context.Background(), Stdout: io.Discard, Stderr: &log, Getenv: func(string) string { return "" }}
	exit := Main([]string{"mirror", "--once", "--from", from, "--db", into.db}, env)
	again := run(t, "--db", into.db)
	into.base = again.base
	return exit, log.String()
}

// A chain that is wrong or forks is left out, named in the log, and the rest is
// copied.
func TestMirrorLeavesOutWhatIsWrong(t *testing.T) {
	good, forked, forged, alien := newPerson(t, 1), newPerson(t, 2), newPerson(t, 3), newPerson(t, 4)
	shared := forked.add("github:shared")
	theirs, ours := forked.peek("github:theirs"), forked.peek("github:ours")
	first := forged.add("github:first")
	broken := strings.Replace(string(forged.peek("github:second")), "second", "sekond", 1)
	lines := []string{string(good.add("github:a")), string(shared), string(first), broken, string(theirs), `{"kez":"sigchain_event"}`,
		`[]`, string(good.add("github:b")), strings.Replace(string(alien.add("github:c")), "sigchain_event", "claim", 1), string(good.add("github:c"))}
	lines = append(lines[:6], lines[7:]...) // an export holds objects alone
	f := newFollower(t, t.TempDir(), exportOf(t, &lines))
	for _, event := range [][]byte{shared, ours} {
		if _, err := sigchain.AppendTo(t.Context(), f.db, forked.key.Identity(), event, sigchain.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	f.catch(t)
	for name, want := range map[*person]int{good: 3, forked: 2, forged: 1, alien: 0} {
		if got := f.length(t, name); got != want {
			t.Errorf("%s has %d events, want %d\n%s", name.key.Identity(), got, want, f.log.String())
		}
	}
	for _, p := range []*person{forked, forged, alien} {
		if !strings.Contains(f.log.String(), p.key.Identity().String()) {
			t.Errorf("the log does not name %s", p.key.Identity())
		}
	}
	for _, code := range []kez.Code{kez.SigchainFork, kez.SignatureInvalid, kez.EnvelopeTypeMismatch} {
		if !strings.Contains(f.log.String(), string(code)) {
			t.Errorf("the log does not say %s", code)
		}
	}
	// The one that was left out stays so, and the others go on.
	lines = append(lines, string(good.add("github:d")), string(forged.add("github:second")))
	f.catch(t)
	if f.length(t, good) != 4 || f.length(t, forged) != 1 {
		t.Errorf("%d and %d events", f.length(t, good), f.length(t, forged))
	}
}

// A mirror goes on where it stopped, and notices another store, or an older
// database of its own.
func TestMirrorResumes(t *testing.T) {
	p, q := newPerson(t, 1), newPerson(t, 2)
	lines := []string{string(p.add("github:a")), string(q.add("github:a"))}
	from := exportOf(t, &lines)
	dir := t.TempDir()
	f := newFollower(t, dir, from)
	f.catch(t)
	if err := f.db.Close(); err != nil {
		t.Fatal(err)
	}
	f = newFollower(t, dir, from)
	lines = append(lines, string(p.add("github:b")))
	f.catch(t)
	if f.length(t, p) != 2 || f.cursor.N != 3 || f.log.String() != "" {
		t.Fatalf("length %d, cursor %+v\n%s", f.length(t, p), f.cursor, f.log.String())
	}

	// The other store begins anew, with other events in the same places.
	r := newPerson(t, 3)
	lines = []string{string(r.add("github:r")), string(r.add("github:s")), string(r.add("github:t")), string(r.add("github:u"))}
	f.catch(t)
	if f.length(t, r) != 4 || !strings.Contains(f.log.String(), "has been replaced") {
		t.Errorf("length %d\n%s", f.length(t, r), f.log.String())
	}
	// It is shorter than the cursor.
	s := newPerson(t, 4)
	lines = []string{string(s.add("github:s"))}
	f.catch(t)
	if f.length(t, s) != 1 {
		t.Errorf("length %d", f.length(t, s))
	}

	// The mirror's own database is gone, or an older copy of it is back.
	if err := f.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(dir, "mirror.db"+suffix)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	f = newFollower(t, dir, from)
	f.catch(t)
	if f.length(t, s) != 1 || !strings.Contains(f.log.String(), "older than the cursor") {
		t.Errorf("length %d\n%s", f.length(t, s), f.log.String())
	}
	// A cursor that cannot be read costs work alone.
	if err := os.WriteFile(f.cursors.path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.skipped = nil
	lines = append(lines, string(s.add("github:t")))
	f.catch(t)
	if f.length(t, s) != 2 {
		t.Errorf("length %d", f.length(t, s))
	}
}

// A copy that is made once is whole also where the store was replaced.
func TestMirrorOnceOfAReplacedStore(t *testing.T) {
	p, r := newPerson(t, 1), newPerson(t, 2)
	lines := []string{string(p.add("github:a")), string(p.add("github:b"))}
	from := exportOf(t, &lines)
	into := run(t)
	if exit, log := once(t, into, from); exit != 0 {
		t.Fatalf("exit %d: %s", exit, log)
	}
	for i, now := range [][]string{ // a longer one, and a shorter one
		{string(r.add("github:a")), string(r.add("github:b")), string(r.add("github:c"))},
		{string(newPerson(t, 3).add("github:a"))},
	} {
		lines = now
		exit, log := once(t, into, from)
		if exit != 0 || !strings.Contains(log, "has been replaced") {
			t.Fatalf("store %d: exit %d: %s", i, exit, log)
		}
		if got := ask(t, "GET", into.base+"/v1/export", nil).body; !strings.Contains(got, now[len(now)-1]) {
			t.Errorf("store %d: not copied:\n%s", i, got)
		}
	}
}

// Events that are missing before those of the export are fetched.
func TestMirrorFetchesWhatIsMissing(t *testing.T) {
	a := run(t)
	p := newPerson(t, 1)
	post(t, a.base, p, p.add("github:a"), p.add("github:b"))
	f := newFollower(t, t.TempDir(), a.base)
	f.catch(t)
	f.skipped = map[kez.Identity]bool{}
	// As if the first two had been left out at another time.
	g := newFollower(t, t.TempDir(), a.base)
	g.cursor, g.skipped = f.cursor, map[kez.Identity]bool{}
	post(t, a.base, p, p.add("github:c"))
	g.catch(t)
	if got := g.length(t, p); got != 3 {
		t.Errorf("%d events, want 3\n%s", got, g.log.String())
	}
}

// A store that does not answer is asked again, after growing waits that have a
// bound.
func TestMirrorBacksOff(t *testing.T) {
	f := newFollower(t, t.TempDir(), "http://127.0.0.1:1")
	var waits []time.Duration
	ctx, cancel := context.WithCancel(t.Context())
	f.wait = func(ctx context.Context, d time.Duration) error {
		if waits = append(waits, d); len(waits) == 12 {
			cancel()
		}
		return ctx.Err()
	}
	f.follow(ctx, 10*time.Second)
	for i, d := range waits[1:] {
		if d < waits[i] || d > lastBackoff {
			t.Fatalf("waits %v", waits)
		}
	}
	if waits[0] != firstBackoff || waits[11] != lastBackoff {
		t.Errorf("waits %v", waits)
	}
}

// Nothing is left out because the database fails for a while, and a store in a
// bad mood is copied all the same.
func TestMirrorUnderChaos(t *testing.T) {
	a := run(t, "--chaos", "11", "--new-chains", "0")
	want := map[*person]int{}
	for i := range 30 {
		p := newPerson(t, i)
		event := p.add("github:alice")
		for {
			if status := ask(t, "POST", a.base+p.path(), event).status; status == 201 || status == 200 {
				break
			}
		}
		want[p] = 1
	}
	f := newFollower(t, t.TempDir(), a.base)
	for tries := 0; f.catchUp(t.Context()) != nil; tries++ {
		if tries == 50 {
			t.Fatal("the mirror never gets through")
		}
	}
	for p, n := range want {
		if got := f.length(t, p); got != n {
			t.Errorf("%d events, want %d\n%s", got, n, f.log.String())
		}
	}
}
