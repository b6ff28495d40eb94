package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

// effect is work that a model asks for. It runs beside the screen, and its
// message comes back into the model.
type effect interface {
	run(ctx context.Context, s *session.Session) tea.Msg
}

// Effects, each with its message.
type (
	loadPeers struct{}
	peersMsg  struct {
		me    session.Me
		peers []session.Peer
		err   error
	}
	loadThread struct {
		primary kez.Identity
		limit   int
	}
	threadMsg struct {
		primary  kez.Identity
		limit    int
		messages []shownMessage
		err      error
	}
	loadBody struct {
		primary kez.Identity
		n       int
	}
	bodyMsg struct {
		message session.Message
		err     error
	}
	loadRefused struct{}
	refusedMsg  struct {
		list []session.Refused
		err  error
	}
	resolve    struct{ to string }
	resolveMsg struct {
		to   string
		peer session.Peer
		err  error
	}
	sendText struct {
		primary kez.Identity
		body    string
	}
	sendMsg struct {
		primary kez.Identity
		body    string
		message session.Message
		err     error
	}
	markRead struct{ primary kez.Identity }
	decide   struct {
		primary kez.Identity
		verdict verdict
	}
	decideMsg struct {
		primary kez.Identity
		verdict verdict
		err     error
	}
	acceptChange    struct{ old kez.Identity }
	acceptChangeMsg struct {
		old  kez.Identity
		peer session.Peer
		err  error
	}
	prove    struct{ primary kez.Identity }
	proveMsg struct {
		peer session.Peer
		err  error
	}
	register    struct{ handle string }
	registerMsg struct {
		me  session.Me
		err error
	}
)

// verdict is what a person decides about a peer.
type verdict string

const (
	accepted  verdict = "accepted"
	declined  verdict = "declined"
	blocked   verdict = "blocked"
	unblocked verdict = "unblocked"
)

// status is how a peer stands after a verdict.
func (v verdict) status() session.Status {
	switch v {
	case accepted:
		return session.Contact
	case declined:
		return session.Declined
	case blocked:
		return session.Blocked
	}
	return session.Request
}

// maxShown bounds what a thread keeps of one body, in bytes. The whole of it is
// loaded where somebody asks to read it.
const maxShown = 8 << 10

// shownMessage is a message of a thread whose body may be cut; size is that of
// the whole.
type shownMessage struct {
	session.Message
	size int
}

func (loadPeers) run(ctx context.Context, s *session.Session) tea.Msg {
	me, err := s.Me(ctx)
	if err != nil {
		return peersMsg{err: err}
	}
	peers, err := s.Peers(ctx)
	return peersMsg{me, peers, err}
}

func (e loadThread) run(ctx context.Context, s *session.Session) tea.Msg {
	m := threadMsg{primary: e.primary, limit: e.limit}
	const page = 50 // bounds the memory for whole bodies
	for before := -1; len(m.messages) < e.limit; {
		all, err := s.Thread(ctx, e.primary, before, min(page, e.limit-len(m.messages)))
		if err != nil {
			m.err = err
			return m
		}
		older := make([]shownMessage, len(all))
		for i, one := range all {
			older[i] = shownMessage{one, len(one.Body)}
			if len(one.Body) > maxShown {
				older[i].Body = string([]byte(one.Body[:maxShown]))
			}
		}
		m.messages = slices.Concat(older, m.messages)
		if len(all) == 0 || all[0].N == 0 {
			break
		}
		before = all[0].N
	}
	return m
}

func (e loadBody) run(ctx context.Context, s *session.Session) tea.Msg {
	all, err := s.Thread(ctx, e.primary, e.n+1, 1)
	if err == nil && len(all) != 1 {
		err = kez.Errorf(kez.CLIFile, "the message is no longer there")
	}
	if err != nil {
		return bodyMsg{err: err}
	}
	return bodyMsg{all[0], nil}
}

func (loadRefused) run(ctx context.Context, s *session.Session) tea.Msg {
	list, err := s.Refusals(ctx)
	return refusedMsg{list, err}
}

func (e resolve) run(ctx context.Context, s *session.Session) tea.Msg {
	peer, err := s.Resolve(ctx, e.to)
	return resolveMsg{e.to, peer, err}
}

func (e sendText) run(ctx context.Context, s *session.Session) tea.Msg {
	m, err := s.Send(ctx, e.primary, e.body)
	return sendMsg{e.primary, e.body, m, err}
}

func (e markRead) run(ctx context.Context, s *session.Session) tea.Msg {
	if err := s.MarkRead(ctx, e.primary); err != nil {
		return peersMsg{err: err}
	}
	return loadPeers{}.run(ctx, s)
}

func (e decide) run(ctx context.Context, s *session.Session) tea.Msg {
	var err error
	switch e.verdict {
	case accepted:
		err = s.Accept(ctx, e.primary)
	case declined:
		err = s.Decline(ctx, e.primary)
	case blocked:
		err = s.Block(ctx, e.primary)
	case unblocked:
		err = s.Unblock(ctx, e.primary)
	}
	return decideMsg{e.primary, e.verdict, err}
}

func (e acceptChange) run(ctx context.Context, s *session.Session) tea.Msg {
	peer, err := s.AcceptChange(ctx, e.old)
	return acceptChangeMsg{e.old, peer, err}
}

func (e prove) run(ctx context.Context, s *session.Session) tea.Msg {
	peer, err := s.Look(ctx, e.primary, true)
	return proveMsg{peer, err}
}

func (e register) run(ctx context.Context, s *session.Session) tea.Msg {
	me, _, err := s.Register(ctx, e.handle)
	return registerMsg{me, err}
}

// Effects that concern the session as a whole; the runner does them.
type (
	follow    struct{}
	eventMsg  struct{ session.Event }
	followMsg struct{ err error } // following ended
	lock      struct{}
	lockMsg   struct{ err error }
	unlock    struct{ typed string }
	unlockMsg struct{ err error }
	quit      struct{}
	suspend   struct{}
)

func (follow) run(context.Context, *session.Session) tea.Msg  { return nil }
func (lock) run(context.Context, *session.Session) tea.Msg    { return nil }
func (unlock) run(context.Context, *session.Session) tea.Msg  { return nil }
func (quit) run(context.Context, *session.Session) tea.Msg    { return nil }
func (suspend) run(context.Context, *session.Session) tea.Msg { return nil }
