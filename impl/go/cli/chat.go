package cli

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/chat/session"
	"kez.lat/kez/impl/go/config"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/verify"
)

func (a *app) chatCommand() *cobra.Command {
	return group("chat", "Write to people by their keys",
		`Send sealed messages from one Ed25519 primary to another, by a relay that cannot
read them. A peer is a key: when a handle has another key than before, nothing is
sent until you accept it.

Messages have no forward secrecy: whoever gets one of the two secrets later, and
kept the envelopes, can read them all. What was said is kept in KEZ_HOME/chat,
sealed with a key made from your secret.`,
		a.chatRegister(), a.chatSend(), a.chatInbox(), a.chatTUI(), a.chatTail(), a.chatRead(), a.chatContacts(), a.chatRequests(),
		a.chatAccept(), a.chatAcceptRelay(), a.chatBlock(), a.chatUnblock(), a.chatPolicy(), a.chatProofs(), a.chatVerify(), a.chatWhoami(),
		a.chatExport(), a.chatWipe(), a.chatLock())
}

// chatFlags are what every chat command takes.
type chatFlags struct {
	secret *secretFlags
	server *once
}

func addChatFlags(cmd *cobra.Command) *chatFlags {
	return &chatFlags{addSecretFlags(cmd, "", "of your primary, an Ed25519 key"),
		stringFlag(cmd, "server", "URL", "", "use this relay")}
}

// chatting is an open session with the key that it was opened with.
type chatting struct {
	*session.Session
	key  *keys.Private
	look *chatLook
}

func (c *chatting) close() {
	_ = c.Session.Close() // what was written is on the disk already
	c.key.Erase()
}

// chat opens the session of the secret's primary.
func (a *app) chat(ctx context.Context, f *chatFlags) (*chatting, error) {
	client, err := a.relayClient(f)
	if err != nil {
		return nil, err
	}
	key, err := a.chatKey(f)
	if err != nil {
		return nil, err
	}
	return a.openChat(ctx, client, key)
}

// openChat opens the session of a key, which is erased where that fails.
func (a *app) openChat(ctx context.Context, client *relay.Client, key *keys.Private) (*chatting, error) {
	h, err := a.home()
	if err != nil {
		key.Erase()
		return nil, err
	}
	look := &chatLook{app: a}
	s, err := session.Open(ctx, session.Options{Home: h, Key: key, Relay: client,
		Identify: look.identify, Prove: look.prove, Successor: look.successor})
	if err != nil {
		key.Erase()
		return nil, err
	}
	return &chatting{s, key, look}, nil
}

// relayClient makes the client of the relay that was chosen.
func (a *app) relayClient(f *chatFlags) (*relay.Client, error) {
	var flags []config.Flag
	if f.server.given {
		flags = append(flags, config.Flag{Setting: "chat_server", Name: "--server", Values: []string{f.server.value}})
	}
	settings, err := a.settings(flags...)
	if err != nil {
		return nil, err
	}
	clock := a.clock()
	return relay.NewClient(settings.ChatServer.Value, relay.ClientOptions{Version: Version, Now: clock.Now, Wait: clock.Wait})
}

// chatKey loads the secret and refuses keys that cannot chat (KEZ-CLI-074).
func (a *app) chatKey(f *chatFlags) (*keys.Private, error) {
	key, err := a.load(f.secret)
	if err != nil {
		return nil, err
	}
	if key.Identity().System() != kez.SystemEd25519 {
		key.Erase()
		return nil, usage("chat needs an ed25519 key, and this is a nostr key").
			WithHint("kez identity new --key-type ed25519 --save NAME makes one")
	}
	return key, nil
}

// runChat runs f with an open session until it ends or the person ends it.
func (a *app) runChat(f *chatFlags, run func(context.Context, *chatting) error) error {
	ctx, stop := untilEnded()
	defer stop()
	c, err := a.chat(ctx, f)
	if err != nil {
		return err
	}
	defer c.close()
	err = run(ctx, c)
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return interrupted()
	}
	return err
}

// typedPeer refuses what is no way to name a peer before anything is opened.
func typedPeer(text string) error {
	if !strings.Contains(text, ":") {
		return nil // a handle, which the relay's name decides on
	}
	_, err := typedIdentity(text)
	return err
}

// peer finds whom an argument means, among those that are known or at the relay;
// a key is somebody also where nobody knows it.
func (c *chatting) peer(ctx context.Context, text string) (session.Peer, error) {
	p, found, err := c.Find(ctx, text)
	if err != nil || found {
		return p, err
	}
	p, err = c.Resolve(ctx, text)
	if id, idErr := kez.ParseTyped(text); errors.Is(err, kez.HandleUnknown) && idErr == nil && id.System() == kez.SystemEd25519 {
		return session.Peer{Primary: id, Name: session.UnknownName(id), Proven: []kez.Identity{}}, nil
	}
	return p, err
}

// later takes a failure of the relay for what it is where the rest is done.
func (a *app) later(what string, err error) error {
	if session.Unreachable(err) {
		a.note("%s; the relay hears of it with the next kez chat inbox or tail: %s", what, err)
		return nil
	}
	return err
}

// chatLook asks the channels and chains, and is made when it is first needed:
// most commands look at nothing. A session looks from several goroutines, and one
// look goes on at a time.
type chatLook struct {
	*app

	mu sync.Mutex // guards what is below, and the pins of v
	v  *verify.Verifier
	q  verify.Question

	graph *graph // of the last survey
}

func (l *chatLook) ready() (err error) {
	if l.v != nil {
		l.q.Now, err = l.env.now() // kez chat tail can run for days
		return err
	}
	l.v, l.q, err = l.verifier(&lookFlags{primary: &once{}, timeout: &once{value: "20s"}, doh: &once{}, chains: &list{}})
	return err
}

// identify gives the primary that an account has proven, or the one to which that
// has handed over since.
func (l *chatLook) identify(ctx context.Context, account kez.Identity) (primary kez.Identity, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ready(); err != nil {
		return primary, err
	}
	targets, err := l.v.Targets([]kez.Identity{account})
	if err != nil {
		return primary, err
	}
	r := l.v.ID(ctx, targets[0], l.q)
	if r.Status != kez.Valid {
		return primary, kez.Errorf(r.Code, "%s proves no primary: %s", account, r.Message).WithHint("%s", r.Hint)
	}
	l.savePins(l.v)
	if primary, err = kez.ParseSigned(r.Primary); err != nil {
		return primary, err
	}
	run := l.v.Begin(ctx)
	for range maxHops {
		next := successorOf(ctx, run, primary)
		if next.IsZero() {
			break
		}
		primary = next
	}
	return primary, nil
}

// maxHops is how many rotations are followed, as in verification (KEZ-CHAIN-054).
const maxHops = 8

// successorOf gives the primary to which the chain of another hands over, the zero
// identity for none. Of a forked chain nothing is believed.
func successorOf(ctx context.Context, run *verify.Run, primary kez.Identity) kez.Identity {
	state, _, _ := run.Chain(ctx, primary, nil)
	if state == nil || state.Fork != nil {
		return kez.Identity{}
	}
	return state.Successor
}

// maxLooked is how many accounts of a peer are looked at: a stranger names them.
const maxLooked = 16

// prove looks which accounts verify for a primary: those that are active in its
// chain, and those given.
func (l *chatLook) prove(ctx context.Context, primary kez.Identity, accounts []kez.Identity) session.Proofs {
	g, err := l.survey(ctx, primary, accounts)
	if err != nil && ctx.Err() == nil {
		l.warn("no account was looked at: %s", err)
	}
	found := session.Proofs{}
	seen := map[string]bool{}
	for _, r := range g.Subjects {
		id, err := kez.ParseSigned(r.Subject)
		switch {
		case err != nil:
			continue
		case r.Status == kez.Valid && r.Primary == g.Primary:
			found.Proven = append(found.Proven, id)
		case r.Status == kez.Unreachable:
			continue
		}
		seen[r.Subject] = true
	}
	for _, id := range accounts {
		if !seen[id.String()] {
			found.Unseen = append(found.Unseen, id)
		}
	}
	return found
}

// survey is the graph of a primary, with the accounts given.
func (l *chatLook) survey(ctx context.Context, primary kez.Identity, accounts []kez.Identity) (*graph, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := newGraph(primary)
	l.graph = g
	if err := l.ready(); err != nil {
		return g, err
	}
	q := l.q
	q.Run = l.v.Begin(ctx)
	err := l.app.survey(ctx, l.v, q, g, primary, accounts, maxLooked)
	l.savePins(l.v)
	return g, err
}

// successor gives the primary to which the chain of another hands over.
func (l *chatLook) successor(ctx context.Context, primary kez.Identity) (kez.Identity, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.ready(); err != nil {
		return kez.Identity{}, err
	}
	return successorOf(ctx, l.v.Begin(ctx), primary), nil
}
