package tui

import (
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

// model is everything that the screen shows, and nothing that works: update gives
// what is to be done.
type model struct {
	face          face
	zone          *time.Location
	secret        string // what unlocks
	width, height int

	life   int // counts the sessions, since a lock ends one
	locked bool
	busy   string // what is being waited for, "" for nothing

	me      session.Me
	peers   []session.Peer
	loading bool // peers are being loaded
	stale   bool // and have to be loaded again then
	hidden  bool // declined and blocked peers are shown

	selected kez.Identity
	thread   thread
	writing  bool // the conversation has the keys, not the list
	drafts   map[kez.Identity]*editor
	outbox   []outgoing

	link       link
	notice     notice
	page       page
	scroll     int // of the page
	reader     session.Message
	readerLaid laidOut // what readerText was made for
	readerText []row
	refused    []session.Refused
	news       int // refused messages since the list was looked at
	dialog     *dialog
}

// thread is the conversation that is shown.
type thread struct {
	primary  kez.Identity
	messages []shownMessage
	limit    int
	scroll   int // lines from the end
	loading  bool
	stale    bool
}

// outgoing is a text on its way into the history. Texts go one after the other,
// so that they keep their order.
type outgoing struct {
	to   kez.Identity
	body string
	next int // the number that it has in the thread, or a later one
}

// link is how the relay does.
type link struct {
	state linkState
	err   error
}

type linkState string

const (
	connecting   linkState = "connecting"
	online       linkState = "online"
	offline      linkState = "offline"
	unregistered linkState = "unregistered"
	stopped      linkState = "stopped"
)

// notice is the last thing worth telling.
type notice struct {
	text string
	loud bool
}

// laidOut says for what the lines of a message were made.
type laidOut struct {
	peer   kez.Identity
	n      int
	width  int
	method ansi.Method
}

// page is what covers the conversations.
type page string

const (
	noPage      page = ""
	helpPage    page = "help"
	infoPage    page = "info"
	numberPage  page = "number"
	refusedPage page = "refused"
	readerPage  page = "reader"
)

// Sizes of a thread, in messages.
const (
	firstLoad = 100
	maxLoad   = 1000
)

func newModel(secret string, zone *time.Location) *model {
	if zone == nil {
		zone = time.UTC
	}
	return &model{face: face{method: ansi.WcWidth}, zone: zone, secret: secret, width: 80, height: 24, life: 1,
		drafts: map[kez.Identity]*editor{}, link: link{state: connecting}}
}

// start asks for what is shown first.
func (m *model) start() []effect {
	m.loading = true
	return []effect{loadPeers{}, loadRefused{}, follow{}}
}

// update takes in one thing that happened.
func (m *model) update(msg tea.Msg) []effect {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return nil
	case tea.ModeReportMsg:
		// The renderer measures by whole characters from here on, and so do we.
		if msg.Mode == ansi.ModeUnicodeCore && (msg.Value == ansi.ModeReset || msg.Value == ansi.ModeSet || msg.Value == ansi.ModePermanentlySet) {
			m.face.method = ansi.GraphemeWidth
		}
		return nil
	case tea.KeyPressMsg:
		return m.press(tea.Key(msg))
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case lockMsg:
		return m.afterLock(msg)
	case unlockMsg:
		return m.afterUnlock(msg)
	}
	if m.locked {
		return nil
	}
	return m.result(msg)
}

// peer gives a peer by its primary.
func (m *model) peer(primary kez.Identity) (session.Peer, bool) {
	for i := range m.peers {
		if m.peers[i].Primary == primary {
			return m.peers[i], true
		}
	}
	return session.Peer{}, false
}

// sections are the parts of the list, in order.
var sections = []struct {
	title  string
	status session.Status
	hidden bool
}{
	{"Conversations", session.Contact, false},
	{"Requests", session.Request, false},
	{"Without enough proofs", session.Held, false},
	{"Declined", session.Declined, true},
	{"Blocked", session.Blocked, true},
}

// listed gives the peers in the order of the list.
func (m *model) listed() []*session.Peer {
	all := make([]*session.Peer, 0, len(m.peers))
	for _, s := range sections {
		for i := range m.peers {
			if p := &m.peers[i]; p.Status == s.status && (!s.hidden || m.hidden || p.Primary == m.selected) {
				all = append(all, p)
			}
		}
	}
	return all
}

// reload loads the peers, once at a time however much happens.
func (m *model) reload() []effect {
	if m.loading {
		m.stale = true
		return nil
	}
	m.loading = true
	return []effect{loadPeers{}}
}

// reread loads the thread that is shown, once at a time.
func (m *model) reread() []effect {
	t := &m.thread
	switch {
	case t.primary.IsZero():
		return nil
	case t.loading:
		t.stale = true
		return nil
	}
	t.loading = true
	return []effect{loadThread{t.primary, t.limit}}
}

// show makes a peer the one whose conversation is shown.
func (m *model) show(primary kez.Identity) []effect {
	m.selected = primary
	if m.thread.primary == primary {
		return nil
	}
	m.thread = thread{primary: primary, limit: firstLoad}
	return m.reread()
}

// write gives the keys to the conversation that is shown.
func (m *model) write() []effect {
	p, ok := m.peer(m.selected)
	if !ok {
		return nil
	}
	m.writing = true
	effects := m.show(m.selected)
	if p.Unread > 0 {
		effects = append(effects, markRead{p.Primary})
	}
	return effects
}

// why tells why nothing can be written to a peer, "" where it can.
func why(p session.Peer) string {
	switch {
	case p.Changed != nil:
		return "nothing can be sent: the key has changed, t decides"
	case p.Status == session.Request, p.Status == session.Held, p.Status == session.Declined:
		return "a accepts, d declines, b blocks"
	case p.Status == session.Blocked:
		return "you blocked them: u ends it"
	}
	return ""
}

// editor is the draft that takes text now, nil where none does.
func (m *model) editor() *editor {
	if !m.writing || m.page != noPage {
		return nil
	}
	p, ok := m.peer(m.selected)
	if !ok || why(p) != "" {
		return nil
	}
	e := m.drafts[p.Primary]
	if e == nil {
		e = &editor{}
		m.drafts[p.Primary] = e
	}
	return e
}

// say and warn put a line below the conversations.
func (m *model) say(text string) { m.notice = notice{text: text} }

func (m *model) warn(text string) { m.notice = notice{text, true} }

// complain tells of a failure with its code.
func (m *model) complain(err error) {
	if errors.Is(err, kez.MessagePeerChanged) {
		// The conversation shows both keys; a line has no room for them.
		m.warn("a key has changed, and nothing was sent: c shows it (" + string(kez.MessagePeerChanged) + ")")
		return
	}
	m.warn(failure(err))
}

// queued counts what waits for the relay.
func (m *model) queued() (n int) {
	for i := range m.peers {
		n += m.peers[i].Queued
	}
	return n
}

// unsent counts what would be lost if the program ended now.
func (m *model) unsent() int {
	n := len(m.outbox)
	for _, e := range m.drafts {
		if !e.empty() {
			n++
		}
	}
	return n
}
