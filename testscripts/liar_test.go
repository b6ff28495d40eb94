package testscripts

import (
	"fmt"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"kez.lat/kez/fakes/relayfake"
)

func init() { commands["liar"] = (&liars{all: map[*testscript.TestScript][]*relayfake.Server{}}).liar }

// liars are the relays of scripts that lie when they are told to.
type liars struct {
	mu  sync.Mutex
	all map[*testscript.TestScript][]*relayfake.Server
}

// liar start: starts a relay named kez.test that is honest so far, and sets
// KEZ_CHAT_SERVER and, for the N-th of a script, LIAR_N to its URL. It has the
// real clock, so scripts unset KEZ_NOW.
//
// liar repeat HANDLE: puts the last message to the handle there again.
//
// liar forward FROM TO: puts the last message to FROM into the inbox of TO.
//
// liar put HANDLE FILE: puts the envelope of a file into the inbox.
//
// liar drop, liar hold, liar honest: does not deliver what is sent; delivers each
// message only after the next one; delivers everything again.
//
// liar swap HANDLE: answers lookups of the handle with the registration that the
// second liar has for it.
//
// liar restore N: goes back to the first N messages of every inbox, with numbers
// anew and another epoch.
func (l *liars) liar(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: liar start|repeat|forward|put|drop|hold|honest|swap|restore")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	running := l.all[ts]
	if args[0] == "start" {
		s, err := relayfake.Start("kez.test", nil)
		ts.Check(err)
		ts.Defer(func() { _ = s.Close() })
		l.all[ts] = append(running, s)
		ts.Setenv("KEZ_CHAT_SERVER", s.URL())
		ts.Setenv(fmt.Sprintf("LIAR_%d", len(running)+1), s.URL())
		return
	}
	if len(running) == 0 {
		ts.Fatalf("no liar runs")
	}
	if err := lie(ts, running, args[0], args[1:]); err != nil {
		ts.Fatalf("liar %s: %v", args[0], err)
	}
}

func lie(ts *testscript.TestScript, running []*relayfake.Server, verb string, args []string) error {
	s := running[0]
	last := func(handle string) (relayfake.Row, error) {
		rows := s.Messages(handle)
		if len(rows) == 0 {
			return relayfake.Row{}, fmt.Errorf("%s has no message", handle)
		}
		return rows[len(rows)-1], nil
	}
	if want := map[string]int{"repeat": 1, "forward": 2, "put": 2, "swap": 1, "restore": 1}[verb]; len(args) != want {
		return fmt.Errorf("it takes %d arguments", want)
	}
	switch verb {
	case "repeat", "forward":
		row, err := last(args[0])
		if err != nil {
			return err
		}
		s.Deliver(args[len(args)-1], row.Envelope, row.CreatedAt)
	case "put":
		s.Deliver(args[0], []byte(ts.ReadFile(args[1])), "2026-01-02T03:04:05Z")
	case "drop":
		s.Intercept(func(string, []byte) [][]byte { return nil })
	case "hold":
		var held [][]byte
		s.Intercept(func(_ string, envelope []byte) [][]byte {
			if len(held) == 0 {
				held = [][]byte{envelope}
				return nil
			}
			out := append([][]byte{envelope}, held...)
			held = nil
			return out
		})
	case "honest":
		s.Intercept(nil)
	case "swap":
		if len(running) < 2 || running[1].Registration(args[0]) == nil {
			return fmt.Errorf("there is no second liar with a registration of %s", args[0])
		}
		s.Swap(args[0], running[1].Registration(args[0]))
	case "restore":
		n := 0
		if _, err := fmt.Sscanf(args[0], "%d", &n); err != nil {
			return err
		}
		s.NewLife(n)
	default:
		return fmt.Errorf("there is no such lie")
	}
	return nil
}
