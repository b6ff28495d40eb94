package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/store/sqlite"
)

func TestNewChainsAreLimited(t *testing.T) { // KEZ-STORE-033
	now := t0
	db, err := sqlite.Open(t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	base := serveLog(t, Config{Log: db, NewChains: 2, Now: func() time.Time { return now }})
	people := []*person{newPerson(t, 1), newPerson(t, 2), newPerson(t, 3)}
	for i, p := range people {
		a := ask(t, "POST", base+p.path(), p.add("github:alice"))
		if i < 2 {
			a.want(t, 201, "")
			continue
		}
		a.want(t, 429, kez.HTTPRateLimited)
		if a.header.Get("Retry-After") != "1800" {
			t.Errorf("Retry-After %q, want 1800", a.header.Get("Retry-After"))
		}
	}
	// Chains that are there grow, and a wrong event costs nothing.
	ask(t, "POST", base+people[0].path(), people[0].add("github:more")).want(t, 201, "")
	now = now.Add(30 * time.Minute)
	ask(t, "POST", base+people[2].path(), []byte("{}")).want(t, 400, kez.EnvelopeNotObject)
	third := newPerson(t, 3)
	ask(t, "POST", base+third.path(), third.add("github:alice")).want(t, 201, "")
}

func TestBySubjectPages(t *testing.T) { // KEZ-STORE-029, 030
	s := run(t)
	var want []string
	for i := range 250 {
		p := newPerson(t, i)
		want = append(want, p.key.Identity().String())
		ask(t, "POST", s.base+p.path(), p.add("github:alice")).want(t, 201, "")
	}
	var got []string
	for after, pages := "", 0; ; pages++ {
		a := ask(t, "GET", s.base+"/v1/by-subject/github:alice?after="+after, nil)
		a.want(t, 200, "")
		var page struct {
			Primaries []string
			Next      string
		}
		if err := json.Unmarshal([]byte(a.body), &page); err != nil || len(page.Primaries) > 100 {
			t.Fatalf("%v %s", err, a.body)
		}
		got = append(got, page.Primaries...)
		if after = page.Next; after == "" {
			if pages != 2 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %d primaries, or another order", len(got))
	}
}

func TestSizeCap(t *testing.T) { // KEZ-STORE-034
	s := run(t, "--max-size", "200KiB", "--new-chains", "0")
	first := newPerson(t, 0)
	ask(t, "POST", s.base+first.path(), first.add("github:alice")).want(t, 201, "")
	full := false
	for i := 1; i < 1000 && !full; i++ {
		p := newPerson(t, i)
		if a := ask(t, "POST", s.base+p.path(), p.add("github:alice")); a.status != 201 {
			a.want(t, 507, kez.HTTPStorageFull)
			full = true
			ask(t, "GET", s.base+p.path(), nil).want(t, 404, kez.HTTPNotFound)
		}
	}
	if !full {
		t.Fatal("the cap is never reached")
	}
	ask(t, "GET", s.base+first.path(), nil).want(t, 200, "")
}

func TestBackupLosesNothing(t *testing.T) {
	s := run(t)
	p := newPerson(t, 1)
	var chain string
	for i := range 20 {
		event := p.add(fmt.Sprintf("github:a%d", i))
		ask(t, "POST", s.base+p.path(), event).want(t, 201, "")
		chain += string(event) + "\n"
	}
	copied := t.TempDir() + "/copy.db"
	var out, log lockedBuffer
	env := Env{Context: context.Background(), Stdout: &out, Stderr: &log, Getenv: func(string) string { return "" }}
	if exit := Main([]string{"backup", "--db", s.db, copied}, env); exit != 0 { // while it runs
		t.Fatalf("exit %d: %s", exit, log.String())
	}
	ask(t, "POST", s.base+p.path(), p.add("github:later")).want(t, 201, "")
	restored := run(t, "--db", copied)
	if a := ask(t, "GET", restored.base+p.path(), nil); a.body != chain {
		t.Errorf("the copy has %d bytes, want %d", len(a.body), len(chain))
	}
}

// Short pages, as chaos makes them, lead through all the same.
func TestBySubjectPagesUnderChaos(t *testing.T) {
	s := run(t, "--chaos", "3", "--new-chains", "0")
	again := func(method, url string, body []byte) answer {
		for {
			if a := ask(t, method, url, body); a.status != 429 && a.status != 503 {
				return a
			}
		}
	}
	var want, got []string
	for i := range 40 {
		p := newPerson(t, i)
		want = append(want, p.key.Identity().String())
		if a := again("POST", s.base+p.path(), p.add("github:alice")); a.status != 201 && a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	pages := 0
	for after := ""; ; pages++ {
		a := again("GET", s.base+"/v1/by-subject/github:alice?after="+after, nil)
		var page struct {
			Primaries []string
			Next      string
		}
		if err := json.Unmarshal([]byte(a.body), &page); err != nil || len(page.Primaries) == 0 {
			t.Fatalf("%v %s", err, a.body)
		}
		got = append(got, page.Primaries...)
		if after = page.Next; after == "" {
			break
		}
	}
	if pages == 0 || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%d pages, %d primaries, or another order", pages+1, len(got))
	}
}

// Behind a proxy of ours each client has its own limit (KEZ-STORE-033).
func TestStoreBehindAProxyCountsClients(t *testing.T) {
	db, err := sqlite.Open(t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	proxies, err := service.ParseProxies("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	base := serveLog(t, Config{Log: db, NewChains: 1, Proxies: proxies, Now: func() time.Time { return t0 }})
	for i, c := range []struct {
		client string
		status int
	}{{"192.0.2.1", 201}, {"192.0.2.1", 429}, {"192.0.2.2", 201}, {"6.6.6.6, 192.0.2.2", 429}, {"2001:db8::1", 201}, {"2001:db8::2", 429}, {"2001:db8:0:1::2", 201}} {
		p := newPerson(t, i)
		if a := ask(t, "POST", base+p.path(), p.add("github:alice"), "X-Forwarded-For", c.client); a.status != c.status {
			t.Errorf("request %d of %s: %d, want %d", i, c.client, a.status, c.status)
		}
	}
}
