package tui

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/kez"
)

// Opened is a session with the keys it works with.
type Opened struct {
	Session *session.Session
	// Close lets go of both and erases the keys from memory. It is called once,
	// when nothing uses the session any more.
	Close func() error
}

// Options are what the screen needs from outside.
type Options struct {
	Opened
	// Unlock opens the session again with what the user typed, and Secret says
	// what that is, such as `the passphrase of the key "me"`.
	Unlock func(ctx context.Context, typed string) (Opened, error)
	Secret string

	Input, Output *os.File // a terminal
	Environment   []string
	Color         bool // whether the terminal shows colour and the user wants it
	ASCII         bool // whether it shows ASCII alone
	Zone          *time.Location
}

// Run shows the conversations until the user leaves, and closes the session that
// it has then. Error: cli.file where the terminal cannot be used.
func Run(ctx context.Context, o Options) error {
	r := &runner{o: o}
	r.begin(ctx, o.Opened)
	m := newModel(o.Secret, o.Zone)
	m.face.color, m.face.ascii = o.Color, o.ASCII
	profile := colorprofile.NoTTY // nothing but movements of the cursor
	if o.Color {
		profile = colorprofile.ANSI
	}
	p := tea.NewProgram(&program{m, r}, tea.WithContext(ctx), tea.WithInput(o.Input), tea.WithOutput(o.Output),
		tea.WithEnvironment(o.Environment), tea.WithColorProfile(profile))
	r.send = p.Send
	_, err := p.Run()
	switch {
	case ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		err = nil // ended by the user
	case err != nil:
		err = kez.Errorf(kez.CLIFile, "the terminal cannot be used any more: %w", err).
			WithHint("what was sent and received is kept; start again")
	}
	return errors.Join(err, r.end())
}

// program is a model with somebody who does its work.
type program struct {
	m *model
	r *runner
}

func (p *program) Init() tea.Cmd { return p.commands(p.m.start()) }

func (p *program) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if own, ok := msg.(lifeMsg); ok {
		if own.life != p.m.life {
			return p, nil // of a session that was locked meanwhile
		}
		msg = own.msg
	}
	return p, p.commands(p.m.update(msg))
}

func (p *program) View() tea.View {
	content, cursor := p.m.view()
	v := tea.NewView(content)
	v.AltScreen = true
	if cursor != nil {
		v.Cursor = tea.NewCursor(cursor.col, cursor.row)
	}
	return v
}

func (p *program) commands(effects []effect) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(effects))
	for _, e := range effects {
		life := p.m.life
		switch e := e.(type) {
		case quit:
			return tea.Quit
		case suspend:
			cmds = append(cmds, tea.Suspend)
		case lock:
			cmds = append(cmds, func() tea.Msg { return lockMsg{p.r.end()} })
		case unlock:
			cmds = append(cmds, func() tea.Msg { return p.r.unlock(e.typed, life) })
		default:
			cmds = append(cmds, func() tea.Msg { return p.r.do(life, e) })
		}
	}
	return tea.Batch(cmds...)
}

// lifeMsg is a message about one opened session.
type lifeMsg struct {
	life int
	msg  tea.Msg
}

// runner does what a model asks for, with the session of the moment.
type runner struct {
	o    Options
	send func(tea.Msg)

	mu   sync.Mutex
	all  context.Context
	life int // counts the sessions
	now  *alive
}

// alive is a session that is in use.
type alive struct {
	Opened
	ctx    context.Context
	cancel context.CancelFunc
	users  sync.WaitGroup
}

func (r *runner) begin(ctx context.Context, opened Opened) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = ctx
	r.life++
	r.now = &alive{Opened: opened}
	r.now.ctx, r.now.cancel = context.WithCancel(ctx)
}

// do runs one effect; nil where its session is gone.
func (r *runner) do(life int, e effect) tea.Msg {
	r.mu.Lock()
	now := r.now
	if now == nil || r.life != life {
		r.mu.Unlock()
		return nil
	}
	now.users.Add(1)
	r.mu.Unlock()
	defer now.users.Done()
	if _, ok := e.(follow); ok {
		err := now.Session.Follow(now.ctx, func(event session.Event) { r.send(lifeMsg{life, eventMsg{event}}) })
		return lifeMsg{life, followMsg{err}}
	}
	return lifeMsg{life, e.run(now.ctx, now.Session)}
}

// end locks the session and closes it, once all that used it has stopped, since
// keys are erased under nobody's hands.
func (r *runner) end() error {
	r.mu.Lock()
	now := r.now
	r.now = nil
	r.mu.Unlock()
	if now == nil {
		return nil
	}
	now.cancel()
	now.users.Wait()
	now.Session.Lock()
	return now.Close()
}

func (r *runner) unlock(typed string, life int) tea.Msg {
	r.mu.Lock()
	ctx := r.all
	r.mu.Unlock()
	opened, err := r.o.Unlock(ctx, typed)
	if err == nil {
		r.begin(ctx, opened)
	}
	return lifeMsg{life, unlockMsg{err}}
}
