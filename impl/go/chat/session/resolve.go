package session

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Resolve finds whom a person means: a handle, with or without @ and @server, a
// primary, or any account that has proven its primary. The primary of a handle is
// pinned at first sight, and where the relay names another one since, the error
// is message.peer_changed. A peer that is known is found without the relay.
func (s *Session) Resolve(ctx context.Context, to string) (Peer, error) {
	if err := s.usable(); err != nil {
		return Peer{}, err
	}
	if strings.Contains(to, ":") {
		return s.resolveIdentity(ctx, to)
	}
	handle, server, err := s.TypedHandle(ctx, to)
	if err != nil {
		return Peer{}, err
	}
	contact, err := s.o.Relay.Lookup(ctx, handle)
	if err != nil {
		if known, found, e := s.pinned(ctx, handle, server); Unreachable(err) && e == nil && found {
			return known, nil
		}
		return Peer{}, err
	}
	return s.meet(ctx, contact)
}

// TypedHandle reads a handle as a person types it, which has to be one of this
// relay, and gives it with the relay's name (KEZ-RELAY-012).
func (s *Session) TypedHandle(ctx context.Context, text string) (handle, server string, err error) {
	// What can be no handle anywhere is refused before anything is asked.
	if _, _, err := relay.TypedHandle(text, ""); err != nil {
		return "", "", err
	}
	if server, err = s.serverName(ctx); err != nil {
		return "", "", err
	}
	handle, other, err := relay.TypedHandle(text, server)
	if err == nil && other != "" {
		err = kez.Errorf(kez.HandleWrongServer, "the relay %s is %s, and the handle is at %s", s.o.Relay.Base(), server, kez.Quote(other)).
			WithHint("name the relay of the handle with --server")
	}
	return handle, server, err
}

func (s *Session) resolveIdentity(ctx context.Context, to string) (Peer, error) {
	id, err := kez.ParseTyped(to)
	if err != nil {
		return Peer{}, err
	}
	account := id
	switch {
	case id.System() == kez.SystemNostr:
		return Peer{}, kez.Errorf(kez.CLIUsage, "messages go between ed25519 keys, and this is a nostr key").
			WithHint("ask for a handle, or for the ed25519 primary")
	case id.System() != kez.SystemEd25519 && s.o.Identify == nil:
		return Peer{}, kez.Errorf(kez.ChannelUnknownSystem, "accounts cannot be verified here").WithHint("give a handle or a primary")
	case id.System() != kez.SystemEd25519:
		if id, err = s.o.Identify(ctx, account); err != nil {
			// What was looked at and proves nothing is nobody's account any more.
			if status, known := kez.StatusOf(kez.CodeOf(err), true); known && status != kez.Unreachable {
				err = errors.Join(err, s.moveAccount(ctx, account, kez.Identity{}))
			}
			return Peer{}, err
		}
		if err := s.sameOwner(ctx, account, id); err != nil {
			return Peer{}, err
		}
		if id.System() != kez.SystemEd25519 {
			return Peer{}, kez.Errorf(kez.SignatureAlgKeyMismatch, "%s belongs to a %s key, and messages go between ed25519 keys", account, id.System()).
				WithHint("ask them for the handle of an ed25519 key")
		}
	}
	contact, err := s.o.Relay.LookupPrimary(ctx, id)
	if err != nil {
		if known, e := s.Peer(ctx, id); Unreachable(err) && e == nil && known.Handle != "" {
			return known, nil
		}
		return Peer{}, err
	}
	peer, err := s.meet(ctx, contact)
	if err != nil || account == id || slices.Contains(peer.Proven, account) {
		return peer, err
	}
	if err := s.moveAccount(ctx, account, id); err != nil {
		return Peer{}, err
	}
	return s.Peer(ctx, id)
}

// sameOwner stops where an account was somebody else's before: whoever took it over
// can publish a proof for a key of their own (KEZ-MSG-034). A chain that hands over
// explains it.
func (s *Session) sameOwner(ctx context.Context, account, now kez.Identity) error {
	peers, err := s.Peers(ctx)
	if err != nil {
		return err
	}
	for _, p := range peers {
		if p.Primary != now && slices.Contains(p.Proven, account) && !s.handedOver(ctx, p.Primary, now) {
			return kez.Errorf(kez.MessagePeerChanged, "%s belonged to %s before, and now proves another key, so nothing was sent: it was %s, and is %s",
				account, p.Name, p.Primary, now).
				WithHint("ask them another way first; kez chat verify %s looks anew at what is theirs, and the account leads to the new key after that", p.Name)
		}
	}
	return nil
}

// moveAccount notes that an account verified for a primary, and for nobody else;
// for nobody at all with the zero identity.
func (s *Session) moveAccount(ctx context.Context, account, to kez.Identity) error {
	return s.history.Update(ctx, func(w *history.Writer) error {
		return eachPeer(&w.Reader, func(p *peerRecord) error {
			at := slices.Index(p.Proven, account.String())
			switch owner := p.Primary == to.String(); {
			case owner && at < 0:
				p.Proven = append(p.Proven, account.String())
			case !owner && at >= 0:
				p.Proven = slices.Delete(p.Proven, at, at+1)
			case !owner:
				return nil
			}
			p.ProvenAt = s.now().UTC()
			return savePeer(w, p)
		})
	})
}

func pinName(handle, server string) string { return "pin/" + handle + "@" + server }

// pinned gives the peer whom a handle meant before.
func (s *Session) pinned(ctx context.Context, handle, server string) (peer Peer, found bool, err error) {
	err = s.history.View(ctx, func(r *history.Reader) error {
		primary := ""
		if found, err = r.Get(pinName(handle, server), &primary); err != nil || !found {
			return err
		}
		p, err := needPeer(r, parsePrimary(primary))
		if err == nil {
			peer = s.peer(p)
		}
		return err
	})
	return peer, found, err
}

// meet takes in what a lookup says, and stops where the handle had another key.
func (s *Session) meet(ctx context.Context, c *relay.Contact) (Peer, error) {
	if c.Primary == s.me {
		return Peer{}, kez.Errorf(kez.MessageFromSelf, "%s is your own handle", c.Handle).
			WithHint("a message to yourself could not be told from one that a relay sends back")
	}
	if err := s.keepServer(ctx, c.Server); err != nil {
		return Peer{}, err
	}
	var peer Peer
	var old kez.Identity
	err := s.history.Update(ctx, func(w *history.Writer) (err error) {
		old, err = pin(w, c)
		if err != nil || !old.IsZero() {
			return err
		}
		p, err := makePeer(w, c.Primary, Contact)
		if err != nil {
			return err
		}
		// The relay names the pinned key (again).
		p.Handle, p.Server, p.Changed = c.Handle, c.Server, nil
		peer = s.peer(p)
		return savePeer(w, p)
	})
	if err != nil {
		return Peer{}, err
	}
	if !old.IsZero() {
		return s.changed(ctx, c, old)
	}
	return peer, nil
}

// pin keeps the first primary of a handle; old is that primary where the lookup
// names another.
func pin(w *history.Writer, c *relay.Contact) (old kez.Identity, err error) {
	first := ""
	found, err := w.Get(pinName(c.Handle, c.Server), &first)
	switch {
	case err != nil:
		return old, err
	case !found:
		return old, w.Put(pinName(c.Handle, c.Server), c.Primary.String())
	case first == c.Primary.String():
		return old, nil
	}
	return parsePrimary(first), nil
}

// changed records that a handle has another key now, and stops (KEZ-MSG-028).
func (s *Session) changed(ctx context.Context, c *relay.Contact, old kez.Identity) (Peer, error) {
	rotated := s.handedOver(ctx, old, c.Primary)
	peer, err := s.change(ctx, old, func(_ *history.Writer, p *peerRecord) error {
		if p.Changed == nil || p.Changed.New != c.Primary.String() || p.Changed.Handle != c.Handle || p.Changed.Server != c.Server {
			p.Changed = &changeRecord{Handle: c.Handle, Server: c.Server, New: c.Primary.String(), At: s.now().UTC(), Again: p.Other != "" && p.Other != c.Primary.String()}
			p.Other = c.Primary.String()
		}
		p.Changed.Rotated = rotated
		return nil
	})
	if err != nil {
		return Peer{}, err
	}
	return peer, s.changeError(peer)
}

// handedOver asks the chain of the old key whether it names the new one, over as
// many hops as verifiers follow.
func (s *Session) handedOver(ctx context.Context, old, now kez.Identity) bool {
	if s.o.Successor == nil {
		return false
	}
	for range 8 {
		next, err := s.o.Successor(ctx, old)
		if err != nil || next.IsZero() {
			return false
		}
		if next == now {
			return true
		}
		old = next
	}
	return false
}

func (s *Session) changeError(p Peer) error {
	if p.Changed.Rotated {
		return kez.Errorf(kez.MessagePeerChanged, "%s has a new key, and nothing was sent: the chain of the old key hands over to %s", p.Name, p.Changed.New).
			WithHint("the holder of the old key signed this; take the new one with: kez chat accept %s", p.Name)
	}
	return kez.Errorf(kez.MessagePeerChanged, "%s has another key than before, and nothing was sent: it was %s, and the relay now says %s. "+
		"No chain explains it, so somebody may be in between", p.Name, p.Changed.Old, p.Changed.New).
		WithHint("ask them another way first, and compare the number of: kez chat verify %s; then take the new key with: kez chat accept %s", p.Name, p.Name)
}

// AcceptChange takes the new key of a peer knowingly. The handle then means a new
// peer with a thread of its own; what was queued for the old key is not sent. Where
// the relay named several new keys, the first call fails with message.peer_changed,
// so that the one that was compared is not mistaken for the one that is taken.
func (s *Session) AcceptChange(ctx context.Context, old kez.Identity) (Peer, error) {
	var peer Peer
	again := ""
	err := s.history.Update(ctx, func(w *history.Writer) error {
		again = ""
		was, err := needPeer(&w.Reader, old)
		if err != nil {
			return err
		}
		if was.Changed == nil {
			return kez.Errorf(kez.CLIUsage, "the key of %s has not changed", s.nameOf(was))
		}
		if was.Changed.Again {
			was.Changed.Again, again, peer = false, was.Changed.New, s.peer(was)
			return savePeer(w, was)
		}
		p, err := makePeer(w, parsePrimary(was.Changed.New), Contact)
		if err != nil {
			return err
		}
		change := was.Changed
		p.Handle, p.Server = change.Handle, change.Server
		if err := setStatus(w, p, Contact); err != nil {
			return err
		}
		if err := w.Put(pinName(change.Handle, change.Server), p.Primary); err != nil {
			return err
		}
		if was.Changed = nil; was.Handle == change.Handle && was.Server == change.Server {
			was.Former, was.Handle, was.Server = was.Handle, "", ""
		}
		if err := savePeer(w, was); err != nil {
			return err
		}
		peer = s.peer(p)
		return savePeer(w, p)
	})
	if err != nil {
		return Peer{}, err
	}
	if again != "" {
		return Peer{}, kez.Errorf(kez.MessagePeerChanged, "the relay named more than one new key for %s, and nothing was accepted: the last is %s", peer.Name, again).
			WithHint("compare the number of: kez chat verify %s; then accept once more", peer.Name)
	}
	if err := s.push(ctx); err != nil && !errors.Is(err, kez.HandleUnknown) {
		return peer, err
	}
	return peer, nil
}
