package session

import (
	"strconv"
	"time"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/kez"
)

// The entries of the history:
//
//	me, relay/<URL>, inbox/<URL>/<server>, settings
//	peers               how many peers there are
//	peer/<i>            a peer, from 0
//	who/<primary>       the number of a peer
//	pin/<handle@server> the primary that a handle had first
//	msg/<i>/<n>         message n of the thread with peer i
//	seen/<hash>         an envelope that was opened, as long as the history
//	                    (KEZ-MSG-025)
//	refused, refused/<k>  the last refused rows, in a ring
//	row/<mark>            that a refused row is in the ring
//	queue, queue/<k>            what is still to be sent, in order
//	nonce/<nonce>               nonces that were used (KEZ-MSG-010)

// peerRecord is all that is known of a peer but the messages.
type peerRecord struct {
	Index   int      `json:"-"`
	Primary string   `json:"primary"`
	Status  Status   `json:"status"`
	Handle  string   `json:"handle,omitempty"`
	Server  string   `json:"server,omitempty"`
	Former  string   `json:"former,omitempty"` // the handle that went to another key
	Proven  []string `json:"proven,omitempty"`
	// ProvenAt is when Proven was looked at.
	ProvenAt time.Time `json:"proven_at,omitzero"`
	// AskedAt is when the relay was last asked who this is.
	AskedAt time.Time     `json:"asked_at,omitzero"`
	Changed *changeRecord `json:"changed,omitempty"`
	// Other is the last key that the relay named instead, also after it came back
	// to the pinned one.
	Other string `json:"other,omitempty"`

	Messages int       `json:"messages"`
	Unread   int       `json:"unread"`
	Queued   int       `json:"queued"`
	Last     time.Time `json:"last,omitzero"`
	Preview  string    `json:"preview,omitempty"`

	Ctr  int64                 `json:"ctr"` // of the next message to this peer
	Devs map[string]*devRecord `json:"devs,omitempty"`
}

type changeRecord struct {
	Handle  string    `json:"handle"` // which has the new key, and may be an older one of the peer
	Server  string    `json:"server"`
	New     string    `json:"new"`
	At      time.Time `json:"at"`
	Rotated bool      `json:"rotated"`
	// Again says that another new key was named before, which the user may have
	// compared in place of this one.
	Again bool `json:"again,omitempty"`
}

// messageRecord is one message of a thread.
type messageRecord struct {
	Mine      bool      `json:"mine,omitempty"`
	State     State     `json:"state"`
	Body      string    `json:"body"`
	SentAt    time.Time `json:"sent_at"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	Server    string    `json:"server"`
	Seq       int64     `json:"seq,omitempty"`
	Dev       string    `json:"dev,omitempty"`
	Ctr       int64     `json:"ctr,omitempty"`
	Code      kez.Code  `json:"code,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

// seenRecord tells where an envelope came first, so that reading the same row
// again is told from the same envelope in another row.
type seenRecord struct {
	Server string `json:"server"`
	Epoch  string `json:"epoch"`
	Seq    int64  `json:"seq"`
	Peer   int    `json:"peer"`
	N      int    `json:"n"` // -1: not kept, as its sender is blocked
}

// counter is the head of a list.
type counter struct {
	First int `json:"first,omitempty"`
	Next  int `json:"next"`
}

func peerName(i int) string       { return "peer/" + strconv.Itoa(i) }
func messageName(i, n int) string { return "msg/" + strconv.Itoa(i) + "/" + strconv.Itoa(n) }

// findPeer gives the record of a primary, nil where there is none.
func findPeer(r *history.Reader, primary kez.Identity) (*peerRecord, error) {
	i := 0
	found, err := r.Get("who/"+primary.String(), &i)
	if err != nil || !found {
		return nil, err
	}
	return loadPeer(r, i)
}

func loadPeer(r *history.Reader, i int) (*peerRecord, error) {
	p := &peerRecord{}
	if err := r.Must(peerName(i), p); err != nil {
		return nil, err
	}
	p.Index = i
	return p, nil
}

// needPeer is findPeer for a peer that a caller names.
func needPeer(r *history.Reader, primary kez.Identity) (*peerRecord, error) {
	p, err := findPeer(r, primary)
	if err == nil && p == nil {
		err = kez.Errorf(kez.HandleUnknown, "there is no conversation with %s", primary).
			WithHint("kez chat contacts lists those that there are")
	}
	return p, err
}

// makePeer gives the record of a primary, and makes it where there is none.
func makePeer(w *history.Writer, primary kez.Identity, status Status) (*peerRecord, error) {
	p, err := findPeer(&w.Reader, primary)
	if err != nil || p != nil {
		return p, err
	}
	var all counter
	if _, err := w.Get("peers", &all); err != nil {
		return nil, err
	}
	p = &peerRecord{Index: all.Next, Primary: primary.String(), Status: status}
	all.Next++
	if err := w.Put("peers", all); err != nil {
		return nil, err
	}
	if err := w.Put("who/"+p.Primary, p.Index); err != nil {
		return nil, err
	}
	if status == Contact {
		if err := contactsChanged(w); err != nil {
			return nil, err
		}
	}
	return p, savePeer(w, p)
}

// setStatus changes how the user stands to a peer; the caller saves the peer.
func setStatus(w *history.Writer, p *peerRecord, status Status) error {
	before := p.Status
	if p.Status = status; before == status || before != Contact && status != Contact {
		return nil
	}
	return contactsChanged(w)
}

func savePeer(w *history.Writer, p *peerRecord) error { return w.Put(peerName(p.Index), p) }

// eachPeer hands on all peers, in the order in which they were met.
func eachPeer(r *history.Reader, each func(*peerRecord) error) error {
	var all counter
	if _, err := r.Get("peers", &all); err != nil {
		return err
	}
	for i := range all.Next {
		p, err := loadPeer(r, i)
		if err != nil {
			return err
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

// addMessage puts a message at the end of a thread; the caller saves the peer.
func addMessage(w *history.Writer, p *peerRecord, m *messageRecord) (n int, err error) {
	n = p.Messages
	p.Messages++
	p.Last, p.Preview = m.SentAt, preview(m.Body)
	return n, w.Put(messageName(p.Index, n), m)
}

// preview is the begin of a body.
func preview(body string) string {
	const most = 120
	for i := range body {
		if i >= most {
			return body[:i] + "…"
		}
	}
	return body
}

// parsePrimary reads an identity that was checked before it was written.
func parsePrimary(text string) kez.Identity {
	id, _ := kez.ParseSigned(text) // the zero identity where the entry is wrong
	return id
}
