package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
)

// Status says how the user stands to a peer.
type Status string

// A peer that writes first is a request; where the user wants senders with
// proven accounts, it is held until it is known to have enough.
const (
	Contact  Status = "contact"
	Request  Status = "request"
	Held     Status = "held"
	Declined Status = "declined"
	Blocked  Status = "blocked"
)

// Peer is somebody with whom there is a conversation, or a wish for one.
type Peer struct {
	Primary kez.Identity `json:"primary"`
	// Name is what to show: a handle, and no key where a handle is known.
	Name   string `json:"name"`
	Handle string `json:"handle"` // "" where none is known
	Server string `json:"server"`
	Status Status `json:"status"`
	// Proven are accounts that were verified for the primary, at ProvenAt.
	Proven   []kez.Identity `json:"proven"`
	ProvenAt time.Time      `json:"-"`
	AskedAt  time.Time      `json:"-"` // when the relay was last asked who this is
	// Changed, where set, stops everything that would be sent: the relay names
	// another key for the handle.
	Changed  *Change   `json:"changed,omitempty"`
	Messages int       `json:"messages"`
	Unread   int       `json:"unread"`
	Queued   int       `json:"queued"`
	Missing  int64     `json:"missing"` // messages that never came, as the gaps show
	Last     time.Time `json:"-"`
	Preview  string    `json:"-"`
}

// Change is news that a handle has another key now.
type Change struct {
	Old kez.Identity `json:"old"`
	New kez.Identity `json:"new"`
	At  time.Time    `json:"at"`
	// Rotated says that the chain of the old key hands over to the new one, which
	// explains the change (KEZ-RELAY-029).
	Rotated bool `json:"rotated"`
}

// Peers lists everybody, those with the newest message first.
func (s *Session) Peers(ctx context.Context) ([]Peer, error) {
	var all []Peer
	err := s.history.View(ctx, func(r *history.Reader) error {
		all = []Peer{}
		return eachPeer(r, func(p *peerRecord) error {
			all = append(all, s.peer(p))
			return nil
		})
	})
	slices.SortStableFunc(all, func(a, b Peer) int { return b.Last.Compare(a.Last) })
	return all, err
}

// Peer gives one peer. Error: handle.unknown.
func (s *Session) Peer(ctx context.Context, primary kez.Identity) (Peer, error) {
	var peer Peer
	err := s.history.View(ctx, func(r *history.Reader) error {
		p, err := needPeer(r, primary)
		if err == nil {
			peer = s.peer(p)
		}
		return err
	})
	return peer, err
}

// peer makes what is shown of a record.
func (s *Session) peer(p *peerRecord) Peer {
	peer := Peer{Primary: parsePrimary(p.Primary), Name: s.nameOf(p), Handle: p.Handle, Server: p.Server, Status: p.Status,
		Proven: []kez.Identity{}, ProvenAt: p.ProvenAt, AskedAt: p.AskedAt,
		Messages: p.Messages, Unread: p.Unread, Queued: p.Queued, Missing: p.missing(), Last: p.Last, Preview: p.Preview}
	for _, text := range p.Proven {
		peer.Proven = append(peer.Proven, parsePrimary(text))
	}
	if p.Changed != nil {
		peer.Changed = &Change{peer.Primary, parsePrimary(p.Changed.New), p.Changed.At, p.Changed.Rotated}
	}
	return peer
}

func (s *Session) nameOf(p *peerRecord) string {
	switch {
	case p.Handle != "" && p.Server != "" && p.Server != s.knownServer():
		return "@" + p.Handle + "@" + p.Server
	case p.Handle != "":
		return "@" + p.Handle
	case len(p.Proven) > 0:
		return p.Proven[0]
	case p.Former != "":
		return "former @" + p.Former
	}
	return UnknownName(parsePrimary(p.Primary))
}

// Label is the name with the accounts that were verified, as far as the name is
// not one of them already.
func (p Peer) Label() string {
	var more []string
	for _, id := range p.Proven {
		if text := id.String(); text != p.Name {
			more = append(more, text)
		}
	}
	if len(more) == 0 {
		return p.Name
	}
	return p.Name + " (" + strings.Join(more, ", ") + ")"
}

// UnknownName is what to call a key of which no name is known.
func UnknownName(id kez.Identity) string { return "unknown sender " + Fingerprint(id) }

// Fingerprint shortens a key so that two unknown senders can be told apart. It
// proves nothing.
func Fingerprint(id kez.Identity) string {
	v := id.Value()
	if len(v) < 8 {
		return v
	}
	return v[:4] + " " + v[4:8]
}

// change loads a peer, changes it and saves it.
func (s *Session) change(ctx context.Context, primary kez.Identity, f func(w *history.Writer, p *peerRecord) error) (Peer, error) {
	var peer Peer
	err := s.history.Update(ctx, func(w *history.Writer) error {
		p, err := needPeer(&w.Reader, primary)
		if err != nil {
			return err
		}
		if err := f(w, p); err != nil {
			return err
		}
		peer = s.peer(p)
		return savePeer(w, p)
	})
	return peer, err
}

// MarkRead says that the messages of a peer were seen.
func (s *Session) MarkRead(ctx context.Context, primary kez.Identity) error {
	_, err := s.change(ctx, primary, func(_ *history.Writer, p *peerRecord) error {
		p.Unread = 0
		return nil
	})
	return err
}

// Accept takes a request: the peer is a contact from here on. Where the relay
// takes messages from contacts alone, it is told.
func (s *Session) Accept(ctx context.Context, primary kez.Identity) error {
	_, err := s.change(ctx, primary, func(w *history.Writer, p *peerRecord) error {
		if p.Status == Blocked {
			return blockedHere(s.nameOf(p))
		}
		return setStatus(w, p, Contact)
	})
	if err != nil {
		return err
	}
	return s.push(ctx)
}

// Decline sets a request aside. What it sends later is kept, and shown nowhere
// but in its thread.
func (s *Session) Decline(ctx context.Context, primary kez.Identity) error {
	_, err := s.change(ctx, primary, func(w *history.Writer, p *peerRecord) error {
		if p.Status == Blocked {
			return blockedHere(s.nameOf(p))
		}
		p.Unread = 0
		return setStatus(w, p, Declined)
	})
	if err != nil {
		return err
	}
	return s.push(ctx)
}

// Block takes nothing from a peer any more, here and, once it answers, at the
// relay. An error of the relay leaves the peer blocked here.
func (s *Session) Block(ctx context.Context, primary kez.Identity) error {
	err := s.history.Update(ctx, func(w *history.Writer) error {
		p, err := makePeer(w, primary, Blocked) // also one that never wrote
		if err != nil {
			return err
		}
		p.Unread = 0
		if err := setStatus(w, p, Blocked); err != nil {
			return err
		}
		if err := blocksChanged(w); err != nil {
			return err
		}
		return savePeer(w, p)
	})
	if err != nil {
		return err
	}
	return s.push(ctx)
}

// Unblock ends a block; the peer is a request then.
func (s *Session) Unblock(ctx context.Context, primary kez.Identity) error {
	_, err := s.change(ctx, primary, func(w *history.Writer, p *peerRecord) error {
		if p.Status == Blocked {
			p.Status = Request
		}
		return blocksChanged(w)
	})
	if err != nil {
		return err
	}
	return s.push(ctx)
}

func blockedHere(name string) error {
	return kez.Errorf(kez.MessageBlocked, "you blocked %s", name).WithHint("kez chat unblock %s", name)
}

// Find gives the peer that a person means among those that are known, by handle,
// account, primary, or the first 8 digits or more of a key. It asks no relay.
func (s *Session) Find(ctx context.Context, text string) (Peer, bool, error) {
	peers, err := s.Peers(ctx)
	if err != nil {
		return Peer{}, false, err
	}
	want := strings.ToLower(strings.TrimSpace(text))
	handle, server, _ := strings.Cut(strings.TrimPrefix(want, "@"), "@")
	if server == "" {
		server = s.knownServer()
	}
	id, idErr := kez.ParseTyped(text)
	var found []Peer
	for _, p := range peers {
		switch {
		case p.Handle != "" && p.Handle == handle && strings.EqualFold(p.Server, server),
			idErr == nil && (p.Primary == id || slices.Contains(p.Proven, id)):
			return p, true, nil
		case len(want) >= 8 && strings.HasPrefix(p.Primary.Value(), strings.ReplaceAll(want, " ", "")):
			found = append(found, p)
		}
	}
	if len(found) == 1 {
		return found[0], true, nil
	}
	return Peer{}, false, nil
}
