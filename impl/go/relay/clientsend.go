package relay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"kez.lat/kez/impl/go/internal/serverclient"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// Send posts an envelope to a handle, byte for byte. It is signed with the key
// of its sender: a relay that does not ask for that ignores it, and one whose
// user takes only known senders needs it (KEZ-RELAY-050, 055). To send it again
// gives the first row (KEZ-RELAY-049).
func (c *Client) Send(ctx context.Context, to string, envelope []byte, signer *keys.Private) (Sent, error) {
	name, err := c.Name(ctx)
	if err != nil {
		return Sent{}, err
	}
	handle, err := json.Marshal(to)
	if err != nil {
		return Sent{}, err
	}
	// Written by hand: the envelope is to arrive as it is.
	body := make([]byte, 0, len(envelope)+len(handle)+32)
	body = append(append(append(body, `{"to":`...), handle...), `,"envelope":`...)
	body = append(append(body, envelope...), '}')
	m, _, err := c.exchange(ctx, serverclient.Request{Method: http.MethodPost, URL: c.http.URL("v1", "messages"), Body: body,
		Header: c.signedHeader(BodyText(http.MethodPost, name, "/v1/messages", to, body), signer)})
	if err != nil {
		return Sent{}, err
	}
	seq, ok := m.number("seq")
	sent := Sent{Seq: seq, CreatedAt: m.text("created_at")}
	if _, isTime := kez.ParseTime(sent.CreatedAt); !ok || !isTime {
		return Sent{}, c.http.Odd("it does not say what it stored")
	}
	return sent, nil
}

// SetProofs shows others where to look for proofs of the holder of a handle.
func (c *Client) SetProofs(ctx context.Context, handle string, proofs []json.RawMessage, signer *keys.Private) error {
	if proofs == nil {
		proofs = []json.RawMessage{}
	}
	return c.set(ctx, handle, "proofs", map[string]any{"proofs": proofs}, signer)
}

// SetPolicy says who may send to a handle.
func (c *Client) SetPolicy(ctx context.Context, handle string, p Policy, signer *keys.Private) error {
	if p.Contacts == nil {
		p.Contacts = []string{}
	}
	return c.set(ctx, handle, "policy", p, signer)
}

// SetBlocks says who may not send to a handle; it is the whole list.
func (c *Client) SetBlocks(ctx context.Context, handle string, primaries []string, signer *keys.Private) error {
	if primaries == nil {
		primaries = []string{}
	}
	return c.set(ctx, handle, "blocks", Blocks{primaries}, signer)
}

// set puts one setting of a profile.
func (c *Client) set(ctx context.Context, handle, what string, setting any, signer *keys.Private) error {
	body, err := json.Marshal(setting)
	if err != nil {
		return err
	}
	header := c.signedOnce(ProofsText(handle), signer)
	if what != "proofs" {
		name, err := c.Name(ctx)
		if err != nil {
			return err
		}
		header = c.signedHeader(BodyText(http.MethodPut, name, "/v1/profile/"+handle+"/"+what, "", body), signer)
	}
	// Another program with the same key may have signed in the same second.
	for try := 0; ; try++ {
		_, _, err = c.exchange(ctx, serverclient.Request{Method: http.MethodPut, URL: c.http.URL("v1", "profile", handle, what), Body: body,
			Header: header})
		if !errors.Is(err, kez.AuthReplayed) || try == 2 {
			return err
		}
	}
}
