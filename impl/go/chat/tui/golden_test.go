package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// peopled is a screen with one of everything in its list.
func peopled(t *testing.T) *world {
	p, q := contact(bob, "bob"), contact(carol, "carol")
	p.Proven, p.ProvenAt = []kez.Identity{id("github:bob"), id("dns:bob.example")}, noon
	p.Messages, p.Missing, p.Preview = 7, 2, "thanks, see you there"
	q.Unread, q.Preview, q.Last = 12, "did you get the papers that I sent on Monday?", noon.Add(-24*time.Hour)
	stranger := session.Peer{Primary: dave, Name: "unknown sender d75a 9801", Status: session.Request, Unread: 1, Messages: 1, Last: noon,
		Preview: "\x1b[31mfree\u202e money"}
	w := aliceWith(t, p, q, stranger)
	body := func(n int, mine bool, minutes int, text string) shownMessage {
		m := shownMessage{session.Message{N: n, Peer: bob, Mine: mine, State: session.Sent, Body: text, SentAt: noon.Add(time.Duration(minutes) * time.Minute)}, len(text)}
		if !mine {
			m.State = session.Received
		}
		return m
	}
	queued := body(6, true, 65, "thanks, see you there")
	queued.State = session.Queued
	failed := body(4, true, 61, "where?")
	failed.State, failed.Code, failed.Reason = session.Failed, kez.MessageQuota, "the mailbox of bob is full"
	late := body(3, false, 60, "there is a meeting on Thursday at the usual place, bring the\npapers")
	late.MissingBefore = 2
	w.m.update(threadMsg{primary: bob, limit: firstLoad, messages: []shownMessage{
		body(0, true, -24*60, "hello 漢字 ❤\ufe0f"), body(1, false, -24*60+1, "hi \x1b[2J\u202etxt.exe"), body(2, true, 0, "what is new?"),
		late, failed, body(5, false, 62, "https://example.com/a/very/long/address/that/breaks?anywhere=it&has=to"), queued}})
	return w
}

// scenes are what the golden screens show.
var scenes = map[string]func(*testing.T) *world{
	"conversation": func(t *testing.T) *world {
		w := peopled(t)
		w.keys("enter")
		w.types("I am writing this, ")
		w.keys("alt+enter")
		w.types("on two lines")
		return w
	},
	"list": peopled,
	"offline": func(t *testing.T) *world {
		w := peopled(t)
		w.m.peers[0].Queued = 2
		w.m.update(eventMsg{session.Event{Kind: session.EventOffline, Err: kez.Errorf(kez.ChannelUnreachable, "away")}})
		return w
	},
	"request": func(t *testing.T) *world {
		w := peopled(t)
		w.keys("down", "down", "enter")
		w.m.update(threadMsg{primary: dave, limit: firstLoad, messages: []shownMessage{
			{session.Message{Peer: dave, Body: "\x1b[31mfree\u202e money", SentAt: noon}, 18}}})
		return w
	},
	"changed": func(t *testing.T) *world {
		w := peopled(t)
		w.m.peers[0].Changed = &session.Change{Old: bob, New: dave, At: noon}
		w.m.update(eventMsg{session.Event{Kind: session.EventChanged, Peer: w.m.peers[0]}})
		w.keys("enter")
		return w
	},
	"number": func(t *testing.T) *world {
		w := peopled(t)
		w.m.peers[0].Changed = &session.Change{Old: bob, New: dave, At: noon}
		w.keys("v")
		return w
	},
	"info": func(t *testing.T) *world {
		w := peopled(t)
		w.keys("i")
		return w
	},
	"refused": func(t *testing.T) *world {
		w := peopled(t)
		w.m.update(refusedMsg{list: []session.Refused{
			{Seq: 9, CreatedAt: "2026-06-01T12:05:00Z", Code: kez.MessageReplayed, Reason: "the message was seen before"},
			{Seq: 8, CreatedAt: "2026-06-01T12:04:00Z", Code: kez.SignatureInvalid, Reason: "the signature does not verify with the key of the sender"}}})
		w.keys("r")
		return w
	},
	"help": func(t *testing.T) *world {
		w := peopled(t)
		w.keys("?")
		return w
	},
	"block": func(t *testing.T) *world {
		w := peopled(t)
		w.keys("b")
		return w
	},
	"locked": func(t *testing.T) *world {
		w := peopled(t)
		w.keys("ctrl+l")
		w.m.update(lockMsg{})
		w.types("sesame")
		return w
	},
}

func TestGoldenScreens(t *testing.T) {
	for name, scene := range scenes {
		for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 60, Height: 16}, {Width: 40, Height: 12}} {
			w := scene(t)
			w.m.update(size)
			var b strings.Builder
			for line := range strings.Lines(w.screen()) {
				b.WriteString(strings.TrimRight(line, " \n") + "\n")
			}
			path := filepath.Join("testdata", fmt.Sprintf("%s-%dx%d.txt", name, size.Width, size.Height))
			if *update {
				if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("%s is\n%s\nnot\n%s", path, &b, want)
			}
		}
	}
}

// Colour only says again what is written.
func TestColorAddsNothing(t *testing.T) {
	for name, scene := range scenes {
		w := scene(t)
		plain := w.screen()
		w.m.face.color = true
		colored := w.screen()
		if !strings.Contains(colored, "\x1b[") {
			t.Errorf("%s has no colour", name)
		}
		for _, s := range []style{bold, dim, good, loud, bar, ""} {
			colored = strings.ReplaceAll(colored, "\x1b["+string(s)+"m", "")
		}
		if colored != plain {
			t.Errorf("%s without its colours is\n%s\nnot\n%s", name, colored, plain)
		}
	}
}
