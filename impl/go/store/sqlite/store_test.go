package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/sqlite"
)

func TestAChainComesBackAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kez-sig.db")
	a := newAuthor(t, 1).adds(700) // more than a page
	s, err := sqlite.Open(path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	half := append(bytes.Join(a.lines[:300], []byte("\n")), '\n')
	if got := post(t, s, a, half); got.New != 300 || got.Last.Seq != 299 {
		t.Errorf("first half: %+v", got)
	}
	if got := post(t, s, a, a.body()); got.New != 400 || got.Last.Seq != 699 || got.Last.Hash != a.v.State().Head {
		t.Errorf("all of it: %d new, last %d", got.New, got.Last.Seq)
	}
	if got := post(t, s, a, a.body()); got.New != 0 || got.Last.Seq != 699 || got.Last.Hash != a.v.State().Head {
		t.Errorf("again: %d new, last %d", got.New, got.Last.Seq)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if got := chainOf(t, s, a.primary(), 0); !bytes.Equal(got, a.body()) {
		t.Error("another chain came back")
	}
	for _, since := range []int{1, 511, 512, 513, 699, 700, 9999} {
		want := a.lines[min(since, 700):]
		if got := chainOf(t, s, a.primary(), since); bytes.Count(got, []byte("\n")) != len(want) ||
			len(want) > 0 && !bytes.HasPrefix(got, want[0]) {
			t.Errorf("since %d: %d lines, want %d", since, bytes.Count(got, []byte("\n")), len(want))
		}
	}
	tip, err := s.Tip(context.Background(), a.primary())
	if err != nil || tip.Length != 700 || tip.Head != a.v.State().Head || tip.Bytes != int64(len(a.body())) {
		t.Errorf("tip %+v, %v", tip, err)
	}
	at, there, err := s.At(context.Background(), a.primary(), 17)
	if err != nil || !there || !bytes.Equal(at.Line, a.lines[17]) || at.Hash != a.v.State().HashAt(17) {
		t.Errorf("event 17: %t, %v", there, err)
	}
	for _, seq := range []int{-1, 700} {
		if _, there, err := s.At(context.Background(), a.primary(), seq); there || err != nil {
			t.Errorf("event %d: %t, %v", seq, there, err)
		}
	}
}

func TestAnUnknownChainIsEmpty(t *testing.T) {
	s, a := open(t, ""), newAuthor(t, 1)
	if tip, err := s.Tip(context.Background(), a.primary()); err != nil || tip.Length != 0 || tip.Primary != a.primary() {
		t.Errorf("%+v, %v", tip, err)
	}
	if got := chainOf(t, s, a.primary(), 0); got != nil {
		t.Errorf("%q", got)
	}
	if hashes, err := s.Hashes(context.Background(), a.primary(), 0, 10); err != nil || len(hashes) != 0 {
		t.Errorf("%v, %v", hashes, err)
	}
}

// TestArrivals covers KEZ-STORE-032: N counts from 1 without gaps, over chains.
func TestArrivals(t *testing.T) {
	s := open(t, "")
	a, b := newAuthor(t, 1), newAuthor(t, 2)
	var want [][]byte
	for i := range 300 {
		for _, x := range []*author{a, b} {
			line := x.add(fmt.Sprintf("github:u%d", i))
			want = append(want, line)
			post(t, s, x, line)
		}
	}
	for _, after := range []int64{0, 1, 299, 511, 512, 599, 600, 10000} {
		n := after
		err := s.Arrivals(context.Background(), after, func(got sigchain.Arrival) error {
			if n++; got.N != n || !bytes.Equal(got.Line, want[n-1]) {
				return fmt.Errorf("arrival %d after %d", got.N, n-1)
			}
			return nil
		})
		if err != nil || n != max(after, 600) {
			t.Errorf("after %d: ended at %d, %v", after, n, err)
		}
	}
}

// TestBySubject covers KEZ-STORE-029 and 030.
func TestBySubject(t *testing.T) {
	s := open(t, "")
	a, b, c := newAuthor(t, 1), newAuthor(t, 2), newAuthor(t, 3)
	list := func(authors ...*author) string {
		var ids []kez.Identity
		for _, x := range authors {
			ids = append(ids, x.primary())
		}
		return fmt.Sprint(ids)
	}
	post(t, s, b, b.add("mastodon:m@social.example"))
	post(t, s, a, a.add("ap:m@social.example"))
	post(t, s, c, c.add("ap:other@social.example"))
	for _, spelling := range []string{"ap:m@social.example", "mastodon:m@social.example"} {
		if got := bySubject(t, s, spelling); got != list(b, a) {
			t.Errorf("%s: %s", spelling, got)
		}
	}
	post(t, s, b, b.add("ap:m@social.example")) // active already: its place stays
	if got := bySubject(t, s, "ap:m@social.example"); got != list(b, a) {
		t.Errorf("added twice: %s", got)
	}
	post(t, s, b, b.revoke("mastodon:m@social.example"))
	if got := bySubject(t, s, "ap:m@social.example"); got != list(a) {
		t.Errorf("revoked: %s", got)
	}
	post(t, s, b, b.add("ap:m@social.example"))
	if got := bySubject(t, s, "ap:m@social.example"); got != list(a, b) {
		t.Errorf("added again: %s", got)
	}
	post(t, s, a, a.next(sigchain.Change{Op: sigchain.Rotate, Key: newKey(t, 9)}))
	if got := bySubject(t, s, "ap:m@social.example"); got != list(a, b) {
		t.Errorf("a closed chain loses its subject: %s", got)
	}
	if tip, err := s.Tip(context.Background(), a.primary()); err != nil || tip.Successor != newKey(t, 9).Identity() {
		t.Errorf("successor %v, %v", tip.Successor, err)
	}
	// A revoke of what was never added, and one within the same body.
	d := newAuthor(t, 4)
	d.revoke("github:x")
	d.add("github:x")
	d.revoke("github:x")
	d.add("github:y")
	post(t, s, d, d.body())
	if x, y := bySubject(t, s, "github:x"), bySubject(t, s, "github:y"); x != "[]" || y != list(d) {
		t.Errorf("%s, %s", x, y)
	}
}

func TestBySubjectPages(t *testing.T) {
	s := open(t, "")
	want := make([]kez.Identity, 25)
	for i := range want {
		a := newAuthor(t, i)
		want[i] = a.primary()
		post(t, s, a, a.add("github:crowd"))
	}
	var got []kez.Identity
	cursor, pages := "", 0
	for {
		page, next, err := s.BySubject(context.Background(), id(t, "github:crowd"), cursor, 10)
		if err != nil {
			t.Fatal(err)
		}
		got, pages = append(got, page...), pages+1
		if cursor = next; next == "" {
			break
		}
	}
	if pages != 3 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%d pages, %d primaries", pages, len(got))
	}
	for _, bad := range []string{"0", "-1", "01", "+1", " 1", "x", "1;", "99999999999999999999"} {
		if _, _, err := s.BySubject(context.Background(), id(t, "github:crowd"), bad, 10); !errors.Is(err, kez.HTTPBadRequest) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

func TestH10_SameEventAThousandTimes(t *testing.T) {
	s, a := open(t, ""), newAuthor(t, 1)
	line := a.add("github:a")
	stored := make(chan int, 1000)
	var wait sync.WaitGroup
	for range cap(stored) {
		wait.Go(func() {
			got, err := sigchain.AppendTo(context.Background(), s, a.primary(), line, sigchain.AppendOptions{})
			if err != nil || got.Last.Seq != 0 || got.Last.Hash != a.v.State().Head {
				t.Errorf("%+v, %v", got, err)
			}
			stored <- got.New
		})
	}
	wait.Wait()
	close(stored)
	total := 0
	for n := range stored {
		total += n
	}
	if got := chainOf(t, s, a.primary(), 0); total != 1 || !bytes.Equal(got, a.body()) {
		t.Errorf("stored %d times: %q", total, got)
	}
}

// TestH10_TwoEventsOfOneSeq covers KEZ-STORE-025: one wins, the other is a fork.
func TestH10_TwoEventsOfOneSeq(t *testing.T) {
	s, a := open(t, ""), newAuthor(t, 1)
	post(t, s, a, a.add("github:trunk"))
	var bodies [2][]byte
	for i := range bodies {
		bodies[i] = a.sign(sigchain.Change{Op: sigchain.Add, Subject: id(t, fmt.Sprintf("github:side%d", i))})
	}
	won, forked := [2]bool{}, [2]bool{}
	var conflicts [2]sigchain.Appended
	var wait sync.WaitGroup
	for i := range bodies {
		wait.Go(func() {
			got, err := sigchain.AppendTo(context.Background(), s, a.primary(), bodies[i], sigchain.AppendOptions{})
			won[i], forked[i], conflicts[i] = err == nil, errors.Is(err, kez.SigchainFork), got
		})
	}
	wait.Wait()
	if won[0] == won[1] || forked[0] == forked[1] || won[0] == forked[0] {
		t.Fatalf("won %v, forked %v", won, forked)
	}
	winner, loser := 0, 1
	if won[1] {
		winner, loser = 1, 0
	}
	if got := conflicts[loser].Conflict; got.Seq != 1 || !bytes.Equal(got.Line, bodies[winner]) {
		t.Errorf("shown with the fork: %d %s", got.Seq, got.Line)
	}
}

// TestLinesHoldNoTransaction covers KEZ-STORE-016: while a reader is slow the
// write-ahead log can be emptied, and appends go on.
func TestLinesHoldNoTransaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kez-sig.db")
	s, a := open(t, path), newAuthor(t, 1).adds(1100)
	post(t, s, a, a.body())
	want := a.body()
	tip, err := s.Tip(context.Background(), a.primary())
	if err != nil {
		t.Fatal(err)
	}
	emptied := func(where string) {
		t.Helper()
		if busy := checkpoint(t, path); busy != 0 {
			t.Errorf("%s: a transaction is open", where)
		}
	}
	var got []byte
	err = s.Lines(context.Background(), tip, 0, func(line []byte) error {
		if n := bytes.Count(got, []byte("\n")); n%300 == 0 {
			post(t, s, a, a.add(fmt.Sprintf("github:later%d", n)))
			emptied(fmt.Sprintf("line %d", n))
		}
		got = append(append(got, line...), '\n')
		return nil
	})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want the %d of the chain as it was: %v", len(got), len(want), err)
	}
	n := 0
	err = s.Arrivals(context.Background(), 0, func(sigchain.Arrival) error {
		if n++; n%300 == 0 {
			post(t, s, a, a.add(fmt.Sprintf("github:later%d", 10000+n)))
			emptied(fmt.Sprintf("arrival %d", n))
		}
		return nil
	})
	if err != nil || n != len(a.lines) {
		t.Errorf("%d arrivals of %d, %v", n, len(a.lines), err)
	}
	stop := errors.New("the client is gone")
	if err := s.Lines(context.Background(), tip, 0, func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Lines(ended, tip, 0, func([]byte) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestBackupLosesNothing(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "kez-sig.db"), filepath.Join(dir, "backup.db")
	s, a, b := open(t, path), newAuthor(t, 1).adds(50), newAuthor(t, 2).adds(20)
	post(t, s, a, a.body())
	post(t, s, b, b.body())
	if err := sqlite.Backup(context.Background(), path, copied); err != nil {
		t.Fatal(err)
	}
	post(t, s, a, a.add("github:later"))
	primaries := []kez.Identity{a.primary(), b.primary()}
	restored := open(t, copied)
	got, err := read(restored, primaries)
	if err != nil {
		t.Fatal(err)
	}
	post(t, restored, a, a.body()) // what came after the backup is posted again
	now, err := read(restored, primaries)
	if err != nil {
		t.Fatal(err)
	}
	want, err := read(s, primaries)
	if err != nil || now.harmless(want, false) != nil || got.harmless(want, true) != nil {
		t.Errorf("%v, %v, %v", err, now.harmless(want, false), got.harmless(want, true))
	}
	if err := restored.Scrub(context.Background(), nil); err != nil {
		t.Error(err)
	}
}
