package tui

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

func id(text string) kez.Identity {
	id, err := kez.ParseSigned(text)
	if err != nil {
		panic(err)
	}
	return id
}

// The keys of the specification.
var (
	alice = id("ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")
	bob   = id("ed25519:9403c32e0d3b4ce51105c0bcac09a0d73be0cca98a6bf7b3cd434651be866d70")
	carol = id("ed25519:cc99d06b15ccb83a5ca43f25dd3d27f50638c1c6fbe3a822352da3e07156ce03")
	dave  = id("ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func contact(primary kez.Identity, handle string) session.Peer {
	return session.Peer{Primary: primary, Name: "@" + handle, Handle: handle, Server: "relay.test", Status: session.Contact, Last: noon}
}

// world drives a model as the program does.
type world struct {
	*testing.T
	m *model
}

// aliceWith is Alice's screen with some peers, online.
func aliceWith(t *testing.T, peers ...session.Peer) *world {
	w := &world{t, newModel("the passphrase of the key \"me\"", time.UTC)}
	w.m.start()
	w.m.update(peersMsg{me: session.Me{Primary: alice, Handle: "alice", Server: "relay.test"}, peers: peers})
	w.m.update(eventMsg{session.Event{Kind: session.EventOnline}})
	w.m.update(peersMsg{me: w.m.me, peers: peers})
	if len(peers) > 0 {
		w.m.update(threadMsg{primary: w.m.selected, limit: firstLoad})
	}
	return w
}

// keys presses keys by their names, and gives what the last one asks for.
func (w *world) keys(names ...string) (effects []effect) {
	w.Helper()
	for _, name := range names {
		effects = w.m.update(keyPress(w.T, name))
	}
	return effects
}

func keyPress(t *testing.T, name string) tea.KeyPressMsg {
	t.Helper()
	var k tea.Key
	for {
		mod, rest, found := strings.Cut(name, "+")
		if !found || rest == "" {
			break
		}
		name = rest
		k.Mod |= map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}[mod]
	}
	special := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
		"right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "backspace": tea.KeyBackspace, "f1": tea.KeyF1}
	if code, ok := special[name]; ok {
		k.Code = code
	} else {
		k.Code = []rune(name)[0]
		if k.Mod == 0 {
			k.Text = name
		}
	}
	return tea.KeyPressMsg(k)
}

// types writes a text, character by character.
func (w *world) types(text string) {
	w.Helper()
	for _, r := range text {
		w.m.update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// want compares effects.
func (w *world) want(got []effect, want ...effect) {
	w.Helper()
	if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
		w.Errorf("effects %#v, not %#v", got, want)
	}
}

// screen gives the lines that are shown, each as wide as the window at most.
func (w *world) screen() string {
	w.Helper()
	content, cursor := w.m.view()
	lines := strings.Split(content, "\n")
	if len(lines) > w.m.height {
		w.Errorf("%d lines in a window of %d", len(lines), w.m.height)
	}
	for _, line := range lines {
		if got := w.m.face.width(ansi.Strip(line)); got > w.m.width {
			w.Errorf("%d columns in a window of %d: %q", got, w.m.width, line)
		}
	}
	if cursor != nil && (cursor.row < 0 || cursor.row >= w.m.height || cursor.col < 0 || cursor.col >= w.m.width) {
		w.Errorf("the cursor is at %v in a window of %d×%d", *cursor, w.m.width, w.m.height)
	}
	return content
}

func (w *world) shows(texts ...string) {
	w.Helper()
	screen := w.screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			w.Errorf("the screen has no %q:\n%s", text, screen)
		}
	}
}

func (w *world) hides(texts ...string) {
	w.Helper()
	screen := w.screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			w.Errorf("the screen has %q:\n%s", text, screen)
		}
	}
}

func TestStartLoadsAndFollows(t *testing.T) {
	w := &world{t, newModel("x", nil)}
	w.want(w.m.start(), loadPeers{}, loadRefused{}, follow{})
	w.shows("Reading the history", "connecting")
}

func TestSendingKeepsTheOrder(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.keys("enter")
	w.types("one")
	w.want(w.keys("enter"), sendText{bob, "one"})
	w.shows("one", "sending")
	w.types("two")
	w.want(w.keys("enter")) // it waits for the first
	w.shows("sending 2")
	w.want(w.m.update(sendMsg{bob, "one", session.Message{State: session.Sent}, nil}),
		loadPeers{}, loadThread{bob, firstLoad}, sendText{bob, "two"})
	w.m.update(sendMsg{bob, "two", session.Message{State: session.Sent}, nil})
	if len(w.m.outbox) != 0 {
		t.Errorf("%d left", len(w.m.outbox))
	}
	w.want(w.keys("enter")) // nothing to send
}

func TestWhatIsNotStoredComesBack(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.keys("enter")
	w.types("first")
	w.keys("enter")
	w.types("later")
	w.m.update(sendMsg{bob, "first", session.Message{}, kez.Errorf(kez.MessageTooLarge, "too large")})
	if got := w.m.drafts[bob].String(); got != "first\nlater" {
		t.Errorf("the draft is %q", got)
	}
	w.shows("too large", string(kez.MessageTooLarge))
}

func TestOfflineSaysWhatIsQueued(t *testing.T) {
	p := contact(bob, "bob")
	w := aliceWith(t, p)
	w.m.update(eventMsg{session.Event{Kind: session.EventOffline, Err: kez.Errorf(kez.ChannelUnreachable, "away")}})
	w.shows("offline · nothing queued")
	p.Queued = 2
	w.m.update(peersMsg{me: w.m.me, peers: []session.Peer{p}})
	w.shows("offline · 2 queued, sent when the relay answers", "2 queued")
	w.keys("enter")
	w.types("x")
	w.keys("enter")
	w.m.update(sendMsg{bob, "x", session.Message{State: session.Queued}, kez.Errorf(kez.ChannelUnreachable, "away")})
	w.shows("kept, and sent when the relay answers")
	if !w.m.drafts[bob].empty() {
		t.Error("what is kept stays in the draft")
	}
}

func TestUnreadIsReadWhereItIsShown(t *testing.T) {
	p := contact(bob, "bob")
	p.Unread = 3
	w := aliceWith(t, p, contact(carol, "carol"))
	w.shows("3 new messages", "3 new")
	w.want(w.keys("down"), loadThread{carol, firstLoad}) // to look at the list reads nothing
	w.keys("up")
	w.want(w.keys("enter"), markRead{bob})
	w.m.update(peersMsg{me: w.m.me, peers: []session.Peer{contact(bob, "bob")}})
	w.hides("new message")
}

// Whatever comes, one load is under way at a time.
func TestManyEventsLoadOnce(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	loads := 0
	for range 1000 {
		for _, e := range w.m.update(eventMsg{session.Event{Kind: session.EventMessage, Peer: contact(bob, "bob")}}) {
			if _, ok := e.(loadPeers); ok {
				loads++
			}
		}
	}
	if loads != 1 {
		t.Errorf("%d loads", loads)
	}
	w.want(w.m.update(peersMsg{me: w.m.me, peers: w.m.peers}), loadPeers{})
	w.want(w.m.update(peersMsg{me: w.m.me, peers: w.m.peers}))
}

func TestRequests(t *testing.T) {
	request := session.Peer{Primary: carol, Name: "unknown sender cc99 d06b", Status: session.Request, Unread: 1, Messages: 1, Last: noon, Preview: "hi"}
	w := aliceWith(t, request)
	w.shows("Requests", "unknown sender cc99 d06b", "a accepts, d declines, b blocks")
	w.keys("enter")
	if w.m.editor() != nil {
		t.Error("one can write to a stranger before deciding")
	}
	w.want(w.keys("a"), decide{carol, accepted})
	w.want(w.m.update(decideMsg{carol, accepted, nil}), loadPeers{})
	w.shows("is accepted")
	w.keys("enter")
	if w.m.editor() == nil {
		t.Error("one cannot write at once")
	}
	again := func(s session.Status) {
		request.Status = s
		w.m.update(peersMsg{me: w.m.me, peers: []session.Peer{request, contact(bob, "bob")}})
		w.keys("esc")
	}
	again(session.Request)
	w.want(w.keys("d"), decide{carol, declined})
	w.m.update(decideMsg{carol, declined, kez.Errorf(kez.ChannelUnreachable, "away")})
	w.shows("is declined here", "Declined")

	again(session.Request)
	w.want(w.keys("b")) // asks first
	w.shows("Block unknown sender", "(y/n)")
	w.want(w.keys("n"))
	w.keys("b")
	w.want(w.keys("y"), decide{carol, blocked})
	w.m.update(decideMsg{carol, blocked, nil})
	w.shows("Blocked") // it is selected
	w.keys("up")
	w.hides("Blocked")
	w.keys("s")
	w.shows("Blocked")
	w.keys("down")
	w.want(w.keys("u"), decide{carol, unblocked})
	w.m.update(decideMsg{carol, unblocked, nil})
	w.shows("Requests")
}

// KEZ-MSG-028: a changed key stops everything until the user decides.
func TestK12ChangedKey(t *testing.T) {
	p := contact(bob, "bob")
	w := aliceWith(t, p, contact(carol, "carol"))
	w.keys("enter")
	w.types("secret")
	p.Changed = &session.Change{Old: bob, New: dave, At: noon}
	w.m.update(eventMsg{session.Event{Kind: session.EventChanged, Peer: p}})
	w.m.update(peersMsg{me: w.m.me, peers: []session.Peer{p, contact(carol, "carol")}})
	w.shows("KEY CHANGED", "somebody may be in between", "no chain explains it", "t decides")
	if w.m.editor() != nil {
		t.Fatal("one can still write")
	}
	w.want(w.keys("enter"))
	w.want(w.keys("esc", "down"), loadThread{carol, firstLoad})
	w.shows("!! 1 KEY HAS CHANGED") // everywhere, until it is resolved
	w.keys("i")
	w.shows("!! 1 KEY HAS CHANGED")
	w.keys("esc")
	w.want(w.keys("c"), loadThread{bob, firstLoad})
	w.keys("v")
	w.shows("With the key that the relay names now")
	w.keys("esc")
	w.want(w.keys("t"))
	w.types("y")
	w.want(w.keys("enter")) // only the whole word
	w.shows("not taken")
	w.keys("t")
	w.types("yes")
	w.want(w.keys("enter"), acceptChange{bob})
	w.want(w.m.update(acceptChangeMsg{bob, contact(dave, "bob"), nil}), loadThread{dave, firstLoad}, loadPeers{})
	w.m.update(peersMsg{me: w.m.me, peers: []session.Peer{contact(dave, "bob"), contact(carol, "carol")}})
	if got := w.m.drafts[dave].String(); got != "secret" {
		t.Errorf("the draft is %q", got)
	}
	p.Changed.Rotated = true
	w = aliceWith(t, p)
	w.shows("the holder of the old key signed this")
	w.hides("in between")
}

// An error with both keys in it is not put on a line that cuts it.
func TestChangedKeyWhileSending(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.keys("enter")
	w.types("x")
	w.keys("enter")
	w.m.update(sendMsg{bob, "x", session.Message{}, kez.Errorf(kez.MessagePeerChanged, "it was %s, and is %s", bob, dave)})
	w.shows(string(kez.MessagePeerChanged))
	w.hides(bob.Value()[:16], dave.Value()[:16])
	if w.m.drafts[bob].String() != "x" {
		t.Error("the text is lost")
	}
}

func TestGapsAndRefusals(t *testing.T) {
	p := contact(bob, "bob")
	p.Missing = 1
	w := aliceWith(t, p)
	w.m.update(threadMsg{primary: bob, limit: firstLoad, messages: []shownMessage{
		{session.Message{N: 0, Body: "one", SentAt: noon}, 3},
		{session.Message{N: 1, Body: "three", SentAt: noon, MissingBefore: 1}, 5},
		{session.Message{N: 2, Mine: true, State: session.Failed, Code: kez.MessageQuota, Reason: "the mailbox is full", Body: "four", SentAt: noon}, 4},
	}})
	w.shows("1 message missing here", "(1 message missing)", "not sent: the mailbox is full", string(kez.MessageQuota))
	refused := session.Refused{Seq: 9, CreatedAt: "2026-06-01T12:00:00Z", Code: kez.MessageReplayed, Reason: "the message was seen before"}
	w.want(w.m.update(eventMsg{session.Event{Kind: session.EventRefused, Refused: refused}}), loadRefused{})
	w.m.update(refusedMsg{list: []session.Refused{refused}})
	w.shows("a message was refused: message.replayed", "1 refused (r)")
	w.keys("r")
	w.shows("2026-06-01T12:00:00Z  message.replayed", "seen before")
	w.keys("esc")
	w.hides("refused")
}

func TestKeysAreShownOnDemandOnly(t *testing.T) {
	p := contact(bob, "bob")
	p.Proven, p.ProvenAt = []kez.Identity{id("github:bob"), id("dns:bob.example")}, noon
	w := aliceWith(t, p)
	w.shows("@bob = github:bob, dns:bob.example", "@bob +2")
	w.hides("9403", alice.Value()[:8])
	w.keys("i")
	w.shows("9403 c32e 0d3b 4ce5 1105 c0bc ac09 a0d7", "github:bob, dns:bob.example", "1 June 2026 12:00")
	w.keys("v")
	number := strings.Fields(session.SafetyNumber(bob, alice))
	w.shows(strings.Join(number[:4], "  "), strings.Join(number[8:], "  "))
	w.want(w.keys("p"), prove{bob})
	w.m.update(proveMsg{peer: p})
	w.shows("2 proven: github:bob")
}

func TestNewConversation(t *testing.T) {
	w := aliceWith(t)
	w.shows("Nobody yet")
	w.keys("n")
	w.types("  @bob ")
	w.want(w.keys("enter"), resolve{"@bob"})
	w.shows("looking for @bob")
	w.m.update(resolveMsg{"@bob", session.Peer{}, kez.Errorf(kez.HandleUnknown, "no such handle")})
	w.shows("no such handle (handle.unknown)")
	w.keys("n")
	w.types("bob")
	w.keys("enter")
	w.m.update(resolveMsg{"bob", contact(bob, "bob"), nil})
	if w.m.editor() == nil {
		t.Error("one cannot write yet")
	}
	w.keys("esc", "n")
	w.want(w.keys("esc"))
	if w.m.dialog != nil {
		t.Error("esc does not end the question")
	}
}

func TestUnregistered(t *testing.T) {
	w := aliceWith(t)
	w.m.update(followMsg{kez.Errorf(kez.HandleUnknown, "no handle")})
	w.shows("R registers one")
	w.keys("R")
	w.types("@alice")
	w.want(w.keys("enter"), register{"alice"})
	w.want(w.m.update(registerMsg{session.Me{Primary: alice, Handle: "alice", Server: "relay.test"}, nil}), follow{})
	w.shows("you are @alice at relay.test")
}

func TestStoppedCanBeTriedAgain(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.m.update(followMsg{kez.Errorf(kez.AuthStale, "the clock is wrong")})
	w.shows("stopped: the clock is wrong (auth.stale)", "ctrl+r")
	w.want(w.keys("ctrl+r"), loadPeers{}, loadThread{bob, firstLoad}, follow{})
	w.want(w.keys("ctrl+r")) // all of it is under way
	w.m.update(followMsg{errors.New("odd")})
	w.shows("stopped: odd")
}

func TestQuitAndLockAskWhereTextWouldBeLost(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.want(w.keys("q"), quit{})
	w.want(w.keys("ctrl+c"), quit{})
	w.keys("enter")
	w.types("q?")
	if got := w.m.drafts[bob].String(); got != "q?" {
		t.Errorf("letters are commands while one writes: %q", got)
	}
	w.want(w.keys("ctrl+c"))
	w.shows("1 text is not sent")
	w.want(w.keys("n"))
	w.want(w.keys("ctrl+c"))
	w.want(w.keys("ctrl+c"), quit{}) // whoever insists is let go
	w.want(w.keys("esc", "ctrl+l"))
	w.shows("Lock anyway?")
	w.want(w.keys("y"), lock{})
}

// Whoever asked to leave while a text was on its way leaves when it has arrived.
func TestQuitWaitsForWhatIsSent(t *testing.T) {
	for key, want := range map[string]effect{"ctrl+c": quit{}, "ctrl+l": lock{}} {
		w := aliceWith(t, contact(bob, "bob"))
		w.keys("enter")
		w.types("x")
		w.keys("enter")
		w.want(w.keys(key))
		w.shows("1 text is not sent")
		w.want(w.m.update(sendMsg{bob, "x", session.Message{State: session.Sent}, nil}), want)
	}
}

func TestLockForgets(t *testing.T) {
	p := contact(bob, "bob")
	p.Preview = "preview text"
	w := aliceWith(t, p)
	w.m.update(threadMsg{primary: bob, limit: firstLoad, messages: []shownMessage{{session.Message{Body: "body text", SentAt: noon}, 9}}})
	w.shows("body text", "preview text")
	w.want(w.keys("ctrl+l"), lock{})
	// What was under way comes too late.
	w.m.update(peersMsg{me: session.Me{Primary: alice, Handle: "alice", Server: "relay.test"}, peers: []session.Peer{p}})
	w.hides("text", "bob", "alice", "relay.test")
	if held := fmt.Sprintf("%+v", *w.m); strings.Contains(held, "body text") || strings.Contains(held, "preview") {
		t.Errorf("the model still holds %s", held)
	}
	w.m.update(lockMsg{})
	w.shows("Locked", `Type the passphrase of the key "me"`)
	w.types("sesame")
	w.shows("******")
	w.hides("sesame")
	w.want(w.keys("enter"), unlock{"sesame"})
	w.want(w.keys("enter"))
	w.m.update(unlockMsg{kez.Errorf(kez.CLIKeyStore, "wrong passphrase")})
	w.shows("wrong passphrase (cli.key_store)", "Locked")
	w.types(" two words ")
	w.want(w.keys("enter"), unlock{" two words "})
	w.want(w.m.update(unlockMsg{nil}), loadPeers{}, loadRefused{}, follow{})
	if w.m.life != 2 {
		t.Errorf("life %d", w.m.life)
	}
	w.keys("ctrl+l")
	w.want(w.keys("ctrl+c"), quit{})
}

func TestPaste(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.m.update(tea.PasteMsg{Content: "nowhere"}) // is no run of commands
	w.keys("enter")
	w.m.update(tea.PasteMsg{Content: "a\rb\x1b[2J"})
	if got := w.m.drafts[bob].String(); got != "a\nb\x1b[2J" {
		t.Errorf("%q", got)
	}
	w.shows(`b\u001b[2J`)
	w.m.update(tea.PasteMsg{Content: strings.Repeat("x", maxText)})
	w.shows("nothing was pasted")
	if got := w.m.drafts[bob].String(); got != "a\nb\x1b[2J" {
		t.Errorf("%q", got)
	}
}

// thread is one of n messages.
func thread100(n int) (list []shownMessage) {
	for i := range n {
		text := fmt.Sprintf("message %03d", i)
		list = append(list, shownMessage{session.Message{N: i, Body: text, SentAt: noon.Add(time.Duration(i) * time.Second)}, len(text)})
	}
	return list
}

func TestScrolling(t *testing.T) {
	p := contact(bob, "bob")
	w := aliceWith(t, p)
	all := thread100(300)
	w.m.update(threadMsg{primary: bob, limit: firstLoad, messages: all[200:]})
	w.shows("message 299")
	w.keys("pgup")
	w.hides("message 299")
	w.shows("older messages")
	w.screen()
	before := w.screen()
	more := append(all[200:len(all):len(all)], shownMessage{session.Message{N: 300, Body: "news\nof two lines", SentAt: noon.Add(time.Hour)}, 17})
	w.m.update(threadMsg{primary: bob, limit: firstLoad, messages: more})
	if got := w.screen(); got != before {
		t.Errorf("what is read moved:\n%s\nto\n%s", before, got)
	}
	var asked []effect
	for range 20 {
		asked = append(asked, w.keys("pgup")...)
	}
	w.want(asked, loadThread{bob, 2 * firstLoad})
	w.shows("message 200")
	w.m.update(threadMsg{primary: bob, limit: 2 * firstLoad, messages: all[100:]})
	w.shows("message 200")
	for range 60 {
		w.keys("pgdown")
	}
	w.shows("message 299")
}

// A body as large as one can be, of every bad kind, is drawn, and read whole.
func TestHostileBodiesOnTheScreen(t *testing.T) {
	for name, body := range hostileBodies() {
		if name == "no UTF-8" {
			continue // no message holds it
		}
		w := aliceWith(t, contact(bob, "bob"))
		cut := body[:maxShown]
		w.m.update(threadMsg{primary: bob, limit: firstLoad, messages: []shownMessage{{session.Message{N: 0, Body: cut, SentAt: noon}, len(body)}}})
		w.shows("bytes in all: o reads it whole")
		w.want(w.keys("o"), loadBody{bob, 0})
		w.m.update(bodyMsg{message: session.Message{Peer: bob, N: 0, Body: body, SentAt: noon}})
		w.shows("@bob, 1 June 2026 12:00")
		w.keys("end")
		clean(t, w.m.face, name, strings.ReplaceAll(w.screen(), "\n", ""), 80*24)
		w.keys("esc")
		if w.m.reader.Body != "" {
			t.Error("the body is kept")
		}
	}
}

func TestNothingLongHere(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.m.update(threadMsg{primary: bob, limit: firstLoad, messages: thread100(3)})
	w.want(w.keys("o"))
	w.shows("shown whole")
}

// Every key works, and the screen fits, in every window, page and state.
func TestEveryWindow(t *testing.T) {
	p, q := contact(bob, "bob"), contact(carol, "carol-with-the-longest-handle-yes")
	p.Changed = &session.Change{Old: bob, New: dave, At: noon}
	q.Unread, q.Proven, q.Preview = 3, []kez.Identity{id("github:carol")}, "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字"
	strange := session.Peer{Primary: dave, Name: "unknown sender d75a 9801", Status: session.Request, Last: noon, Preview: "\x1b[2J\u202e"}
	for _, f := range []face{{}, {color: true, method: ansi.GraphemeWidth}, {ascii: true}} {
		for _, width := range []int{1, 10, 19, 20, 25, 39, 40, 44, 55, 59, 60, 80, 131} {
			for _, height := range []int{1, 5, 7, 8, 9, 12, 16, 17, 18, 24, 41} {
				w := aliceWith(t, q, strange, p)
				w.m.face = f
				w.m.update(tea.WindowSizeMsg{Width: width, Height: height})
				w.m.update(threadMsg{primary: carol, limit: firstLoad, messages: thread100(20)})
				w.screen()
				for _, keys := range []string{"?", "esc i", "esc v", "esc r", "esc enter", "esc n", "esc down enter", "esc c t", "esc b", "esc R", "esc ctrl+l"} {
					for key := range strings.FieldsSeq(keys) {
						w.keys(key)
						w.screen()
					}
				}
			}
		}
	}
}

// ASCII alone is drawn where the terminal takes no more.
func TestASCII(t *testing.T) {
	w := aliceWith(t, contact(bob, "bob"))
	w.m.face.ascii = true
	for _, keys := range []string{"enter", "esc", "?", "esc", "i", "esc", "v", "esc", "n"} {
		w.keys(keys)
		for _, r := range w.screen() {
			if r > 0x7e {
				t.Errorf("after %s: %q on the screen:\n%s", keys, r, w.screen())
				break
			}
		}
	}
}
