// Package session is a chat client without a face: who the peers are, what was
// said, and what is still to be sent.
//
// # Peers
//
// A peer is a primary, never the handle that somebody typed. The first lookup of
// a handle pins its primary; when a later one names another, nothing is sent and
// the error is message.peer_changed, until [Session.AcceptChange] takes the new
// key knowingly (KEZ-MSG-028, 029, KEZ-RELAY-028).
//
// # Messages
//
// A message is in the history before it is sent, and is sent until the relay has
// it or refuses it. What comes in is opened, looked up by its hash among all that
// came before, and stored with the cursor of the inbox in one transaction. What
// is refused is listed with its code and stops nothing (KEZ-MSG-027).
//
// # Use
//
// A [Session] is safe for concurrent use, and several processes can share one
// history. Texts out of messages are as their senders wrote them: whoever shows
// them on a terminal escapes them first.
package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Options are what a session is made of.
type Options struct {
	Home *home.Home
	// Key is the primary's, of ed25519. It stays the caller's to erase.
	Key   *keys.Private
	Relay *relay.Client

	// What the verification of identities has to say; each may be nil.

	// Successor gives the primary to which the chain of another hands over, the
	// zero identity where it does not.
	Successor func(ctx context.Context, primary kez.Identity) (kez.Identity, error)
	// Identify gives the primary that an account has proven to belong to.
	Identify func(ctx context.Context, account kez.Identity) (kez.Identity, error)
	// Prove looks which accounts verify for a primary: those given, which the relay
	// only hints at or which verified before, and others that it finds itself.
	Prove func(ctx context.Context, primary kez.Identity, accounts []kez.Identity) Proofs
}

// Proofs are what a look at the accounts of a primary gave.
type Proofs struct {
	Proven []kez.Identity // verified
	Unseen []kez.Identity // could not be looked at, which says nothing about them
}

// Session is one person at one relay.
type Session struct {
	o       Options
	history *history.History
	sealer  *chat.Sealer
	me      kez.Identity

	mu     sync.Mutex // guards the members below
	dev    string
	server string // name of the relay, "" while it is not known
	locked bool

	sending sync.Mutex // one of this process empties the queue at a time

	maxListed int
	lookTime  time.Duration // bounds a look at the accounts of a stranger
}

// meRecord is the entry "me".
type meRecord struct {
	Dev string `json:"dev"` // names this client to peers (KEZ-MSG-014)
}

// relayRecord is the entry relay/<URL>: what is known of a relay without asking.
type relayRecord struct {
	Server string `json:"server"`
}

// inboxRecord is the entry inbox/<URL>/<server>. The URL is in it, since another
// relay can take any name, and its numbers are not to be taken for those of this.
type inboxRecord struct {
	Handle string       `json:"handle"`
	Cursor relay.Cursor `json:"cursor"`
}

func (s *Session) inboxName(server string) string { return "inbox/" + s.o.Relay.Base() + "/" + server }

// Open opens the history of a primary. It asks no relay.
func Open(ctx context.Context, o Options) (*Session, error) {
	sealer, err := chat.NewSealer(o.Key)
	if err != nil {
		return nil, err
	}
	s := &Session{o: o, sealer: sealer, me: o.Key.Identity(), maxListed: maxListed, lookTime: lookTime}
	if s.history, err = history.Open(o.Home, o.Key); err != nil {
		return nil, err
	}
	err = s.history.Update(ctx, func(w *history.Writer) error {
		var me meRecord
		found, err := w.Get("me", &me)
		if err != nil {
			return err
		}
		if !found {
			var dev [8]byte
			rand.Read(dev[:]) // never fails
			me.Dev = hex.EncodeToString(dev[:])
			if err := w.Put("me", me); err != nil {
				return err
			}
		}
		var r relayRecord
		if _, err := w.Get("relay/"+o.Relay.Base(), &r); err != nil {
			return err
		}
		s.dev, s.server = me.Dev, r.Server
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, s.history.Close())
	}
	return s, nil
}

// Close closes the history.
func (s *Session) Close() error { return s.history.Close() }

// Lock forgets the keys of the history, and this session uses the primary's no
// more: every later call fails with cli.key_store.
func (s *Session) Lock() {
	s.mu.Lock()
	s.locked = true
	s.mu.Unlock()
	s.history.Lock()
}

// Wipe deletes the history. What the relay still has can be read again, what was
// sent is gone here.
func (s *Session) Wipe() error { return s.history.Wipe() }

// Me is the person whose session it is.
type Me struct {
	Primary kez.Identity `json:"primary"`
	Handle  string       `json:"handle"` // "" where none is known at this relay
	Server  string       `json:"server"` // name of the relay, "" before it was ever asked
	Dev     string       `json:"dev"`    // names this client to peers
}

// Me gives what the history knows. It asks no relay.
func (s *Session) Me(ctx context.Context) (Me, error) {
	s.mu.Lock()
	me := Me{Primary: s.me, Server: s.server, Dev: s.dev}
	s.mu.Unlock()
	if me.Server == "" {
		return me, s.usable()
	}
	err := s.history.View(ctx, func(r *history.Reader) error {
		var in inboxRecord
		_, err := r.Get(s.inboxName(me.Server), &in)
		me.Handle = in.Handle
		return err
	})
	return me, err
}

// FindMe gives the same and asks the relay where the handle is not known. Error:
// handle.unknown.
func (s *Session) FindMe(ctx context.Context) (Me, error) {
	me, err := s.Me(ctx)
	if err != nil || me.Handle != "" {
		return me, err
	}
	contact, err := s.o.Relay.LookupPrimary(ctx, s.me)
	if errors.Is(err, kez.HandleUnknown) {
		return me, kez.Errorf(kez.HandleUnknown, "this key has no handle at %s yet", s.o.Relay.Base()).
			WithHint("kez chat register HANDLE")
	}
	if err != nil {
		return me, err
	}
	return s.keepMe(ctx, contact)
}

// Register asks the relay for a handle. To ask again is no error.
func (s *Session) Register(ctx context.Context, handle string) (Me, *relay.Contact, error) {
	if err := s.usable(); err != nil {
		return Me{}, nil, err
	}
	contact, err := s.o.Relay.Register(ctx, handle, s.o.Key)
	if err != nil {
		return Me{}, nil, err
	}
	me, err := s.keepMe(ctx, contact)
	return me, contact, err
}

func (s *Session) keepMe(ctx context.Context, c *relay.Contact) (Me, error) {
	if err := s.keepServer(ctx, c.Server); err != nil {
		return Me{}, err
	}
	err := s.history.Update(ctx, func(w *history.Writer) error {
		var in inboxRecord
		if _, err := w.Get(s.inboxName(c.Server), &in); err != nil {
			return err
		}
		in.Handle = c.Handle
		return w.Put(s.inboxName(c.Server), in)
	})
	return Me{s.me, c.Handle, c.Server, s.dev}, err
}

// keepServer remembers the name of the relay, for the times when it does not
// answer. Handles are pinned by that name, so a relay that changes it could give
// another key for a handle without being noticed: that stops here (KEZ-MSG-033).
func (s *Session) keepServer(ctx context.Context, name string) error {
	s.mu.Lock()
	known := s.server
	if known == "" {
		s.server = name
	}
	s.mu.Unlock()
	switch known {
	case name:
		return nil
	case "":
		return s.history.Update(ctx, func(w *history.Writer) error {
			return w.Put("relay/"+s.o.Relay.Base(), relayRecord{name})
		})
	}
	return kez.Errorf(kez.HandleWrongServer, "the relay %s called itself %s before, and now %s, so its handles may mean other people",
		s.o.Relay.Base(), kez.Quote(known), kez.Quote(name)).
		WithHint("ask its operator; if the new name is right, take it with: kez chat accept-relay")
}

// AcceptRelay takes the name that the relay has now. Its handles are met anew.
func (s *Session) AcceptRelay(ctx context.Context) (name string, err error) {
	if err := s.usable(); err != nil {
		return "", err
	}
	if name, err = s.o.Relay.Name(ctx); err != nil {
		return "", err
	}
	err = s.history.Update(ctx, func(w *history.Writer) error {
		return w.Put("relay/"+s.o.Relay.Base(), relayRecord{name})
	})
	if err == nil {
		s.mu.Lock()
		s.server = name
		s.mu.Unlock()
	}
	return name, err
}

// serverName asks for the name of the relay, or takes the one known before where
// it does not answer.
func (s *Session) serverName(ctx context.Context) (string, error) {
	name, err := s.o.Relay.Name(ctx)
	if err == nil {
		return name, s.keepServer(ctx, name)
	}
	if known := s.knownServer(); known != "" && Unreachable(err) {
		return known, nil
	}
	return "", err
}

func (s *Session) knownServer() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server
}

func (s *Session) usable() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locked {
		return kez.Errorf(kez.CLIKeyStore, "the chat is locked").WithHint("open it again with the key or its passphrase")
	}
	return nil
}

func (s *Session) now() time.Time { return s.o.Relay.Time() }

// Unreachable reports whether a failure is one of the network or of a relay that
// has no time, after which trying later can help.
func Unreachable(err error) bool {
	for _, code := range []kez.Code{kez.ChannelUnreachable, kez.ChannelRateLimited, kez.HTTPRateLimited, kez.HTTPUnavailable, kez.HTTPInternal, kez.HTTPStorageFull} {
		if errors.Is(err, code) {
			return true
		}
	}
	return errors.Is(err, context.DeadlineExceeded)
}
