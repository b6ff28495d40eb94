package nostr

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/coder/websocket"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// maxContent is the longest bundle that fits a message which every reader of
// this protocol takes (KEZ-CHAN-058), with the event around it.
const maxContent = MaxMessage - 1024

// SignChain makes the event that holds the bundle of a chain. Its time is now,
// or just after an earlier one of the same chain: a replaceable event that went
// back in time would be replaced by what it should replace.
func SignChain(key *keys.Private, bundle string, now time.Time, earlier *Published) ([]byte, error) {
	if len(bundle) > maxContent {
		return nil, kez.Errorf(kez.ChannelTooLarge, "the bundle has %d bytes, and a nostr event takes %d", len(bundle), maxContent).
			WithHint("publish the chain to a store or on the web")
	}
	at := now.Unix()
	if earlier != nil {
		at = max(at, earlier.At.Unix()+1)
	}
	e := &event{PubKey: hexKey(key.Identity()), CreatedAt: at, Kind: kindData, Tags: [][]string{{"d", chainTag}}, Content: bundle}
	text := e.serialise()
	id := sha256.Sum256(text)
	// A nostr key signs the SHA-256 of a message, which is the id.
	signature, err := key.Sign(text)
	if err != nil {
		return nil, err
	}
	e.ID, e.Sig = hex.EncodeToString(id[:]), hex.EncodeToString(signature[:])
	return json.Marshal(e)
}

// OnRelay gives the newest event that one relay has of the chain of a key.
func (c Channel) OnRelay(ctx context.Context, relay string, id kez.Identity) (*Published, error) {
	answers, err := c.ask(ctx, id, []string{relay}, chainPlace)
	if err != nil {
		return nil, err
	}
	return newestChain(answers)
}

// Publish sends an event to one relay and waits for its OK.
func (c Channel) Publish(ctx context.Context, relay string, raw []byte) error {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return err
	}
	deadline := c.Deadline
	if deadline <= 0 {
		deadline = channel.Deadline
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	s, err := dial(ctx, newAnswer(relay, e.PubKey, 0, nil), "kez/"+c.Version)
	if err != nil {
		return err
	}
	defer func() { _ = s.socket.CloseNow() }()
	if err := s.socket.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `["EVENT",%s]`, raw)); err != nil {
		return s.ended(err)
	}
	for range MaxMessages {
		kind, answer, err := s.socket.Read(ctx)
		if err == nil && kind != websocket.MessageText {
			err = badMessage(relay)
		}
		if err != nil {
			return s.ended(err)
		}
		if done, err := s.hearOK(answer, e.ID); done || err != nil {
			return err
		}
	}
	return tooLarge(relay, "many messages and no OK")
}

// hearOK takes one message of a relay to which an event was sent.
func (s *session) hearOK(raw []byte, id string) (done bool, err error) {
	var parts []json.RawMessage
	var verb, first, why string
	if json.Unmarshal(raw, &parts) != nil || len(parts) < 2 || json.Unmarshal(parts[0], &verb) != nil {
		return false, badMessage(s.relay)
	}
	_ = json.Unmarshal(parts[1], &first)
	switch verb {
	case "AUTH":
		s.login = true
	case "NOTICE":
		s.notice = first
	case "OK":
		taken := false
		if first != id || len(parts) < 3 || json.Unmarshal(parts[2], &taken) != nil {
			return false, nil
		}
		if len(parts) > 3 {
			_ = json.Unmarshal(parts[3], &why)
		}
		if taken || strings.HasPrefix(why, "duplicate:") {
			return true, nil
		}
		return true, notTaken(s.relay, why)
	}
	return false, nil
}

// notTaken words the reason of a relay that does not keep an event.
func notTaken(relay, why string) error {
	switch prefix, _, _ := strings.Cut(why, ":"); prefix {
	case "auth-required", "restricted", "rate-limited":
		return closedError(relay, why)
	}
	return kez.Errorf(kez.ChannelUnreachable, "the relay %s does not take the event: %s", relay, kez.Quote(why)).
		WithHint("name another relay with --relay")
}
