package chat

import (
	"time"

	"kez.lat/kez/impl/go/envelope"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Plaintext is what the envelope hides.
type Plaintext struct {
	Body   string
	SentAt time.Time
	// Dev names one client of the sender with 16 hex digits, and Ctr counts its
	// messages to this peer from 0, so that gaps show; "" is no client.
	Dev string
	Ctr int64
}

// bytes gives the canonical form.
func (p Plaintext) bytes() []byte {
	pairs := []envelope.Pair{{Name: "body", Value: p.Body}}
	if p.Dev != "" {
		pairs = append(pairs, envelope.Pair{Name: "ctr", Value: p.Ctr}, envelope.Pair{Name: "dev", Value: p.Dev})
	}
	pairs = append(pairs, envelope.Pair{Name: "sent_at", Value: kez.FormatTime(p.SentAt)})
	// The room keeps the text from being left behind in smaller buffers.
	return envelope.AppendObject(make([]byte, 0, 6*len(p.Body)+256), pairs)
}

// readPlaintext reads strictly and ignores members that it does not know.
func readPlaintext(data []byte) (p Plaintext, err error) {
	doc, err := strictjson.Read(data, MaxEnvelope)
	if err != nil {
		return p, undecryptable("the plaintext is no JSON of a message: %w", err).WithCause(err)
	}
	root := doc.Root()
	body, sentAt, dev, ctr := root.Member("body"), root.Member("sent_at"), root.Member("dev"), root.Member("ctr")
	if root.Kind() != strictjson.Object {
		return p, undecryptable("the plaintext is %s, and must be an object", root.Kind())
	}
	if body.Kind() != strictjson.String {
		return p, undecryptable("the body of the plaintext is %s, and must be a string", body.Kind())
	}
	t, ok := kez.ParseTime(sentAt.Text())
	if !ok {
		return p, undecryptable("sent_at of the plaintext is no time of the form YYYY-MM-DDTHH:MM:SSZ")
	}
	p = Plaintext{Body: body.Text(), SentAt: t}
	if dev.Kind() == strictjson.None && ctr.Kind() == strictjson.None {
		return p, nil
	}
	if p.Dev = dev.Text(); len(p.Dev) != 16 || !lowerHex(p.Dev) {
		return Plaintext{}, undecryptable("dev of the plaintext is not 16 lower-case hex digits")
	}
	if p.Ctr, ok = ctr.Int(); !ok || p.Ctr < 0 {
		return Plaintext{}, undecryptable("ctr of the plaintext is no integer from 0 up")
	}
	return p, nil
}
