package nostr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/kez"
)

// hear takes one message of the relay; done means that nothing more is needed.
func (s *session) hear(raw []byte) (done bool, err error) {
	s.count++
	if s.bytes += len(raw); s.bytes > MaxBytes || s.count > MaxMessages {
		return false, tooLarge(s.relay, fmt.Sprintf("more than %d messages or %d bytes", MaxMessages, MaxBytes))
	}
	var parts []json.RawMessage
	var verb, first string
	if json.Unmarshal(raw, &parts) != nil || len(parts) < 2 || json.Unmarshal(parts[0], &verb) != nil {
		return false, badMessage(s.relay)
	}
	_ = json.Unmarshal(parts[1], &first) // "" is no subscription of ours
	switch verb {
	case "EVENT":
		if len(parts) == 3 && first == subPlaces {
			s.take(parts[2], s.filters)
		} else if len(parts) == 3 && first == subDeletions {
			s.take(parts[2], s.asking)
		}
	case "EOSE":
		return s.finished(first)
	case "CLOSED":
		var why string
		_ = json.Unmarshal(parts[len(parts)-1], &why)
		return s.refused(first, why)
	case "AUTH":
		s.login = true
	case "NOTICE":
		s.notice = first
	}
	return false, nil
}

// finished takes an EOSE.
func (s *session) finished(sub string) (done bool, err error) {
	switch {
	case sub == subDeletions && s.asking != nil:
		s.checked = true
	case sub == subPlaces && !s.complete:
		s.complete, s.answered = true, true
		if err := s.askDeletions(); err != nil {
			return false, err
		}
		s.checked = s.checked || s.asking == nil
	}
	return s.complete && s.checked, nil
}

// refused takes a CLOSED. A refusal to tell deletions leaves what the relay has
// told before.
func (s *session) refused(sub, why string) (done bool, err error) {
	switch {
	case sub == subPlaces && !s.complete:
		s.answered = true
		return false, closedError(s.relay, why)
	case sub == subDeletions:
		return s.complete, nil
	}
	return false, nil
}

// ended words the end of a conversation before all was said.
func (s *session) ended(err error) error {
	hint := "try again later, or name another relay with KEZ_NOSTR_RELAYS"
	closed, isClose := errors.AsType[websocket.CloseError](err)
	switch {
	case kez.CodeOf(err) != "":
		return err
	case errors.Is(err, websocket.ErrMessageTooBig):
		return tooLarge(s.relay, fmt.Sprintf("a message of more than %d bytes", MaxMessage))
	case s.complete:
		return nil // only the deletions are missing, which is noted
	case isClose && closed.Reason != "":
		return closedError(s.relay, closed.Reason)
	case s.login:
		return wantsLogin(s.relay, "it sent a challenge and nothing else that ends the question")
	case s.notice != "":
		return kez.Errorf(kez.ChannelUnreachable, "the relay %s gave no answer but a notice: %s", s.relay, kez.Quote(s.notice)).WithHint("%s", hint)
	case s.ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded):
		return kez.Errorf(kez.ChannelUnreachable, "the relay %s did not answer in time", s.relay).WithHint("%s", hint)
	}
	return kez.Errorf(kez.ChannelUnreachable, "the relay %s closed the connection", s.relay).WithHint("%s", hint)
}

// closedError judges the reason of a CLOSED by its prefix.
func closedError(relay, why string) error {
	switch prefix, _, _ := strings.Cut(why, ":"); prefix {
	case "auth-required", "restricted":
		return wantsLogin(relay, kez.Quote(why))
	case "rate-limited":
		return kez.Errorf(kez.ChannelRateLimited, "the relay %s wants fewer requests: %s", relay, kez.Quote(why)).
			WithHint("try again later")
	}
	return kez.Errorf(kez.ChannelUnreachable, "the relay %s refuses to answer: %s", relay, kez.Quote(why)).
		WithHint("try again later, or name another relay with KEZ_NOSTR_RELAYS")
}

func wantsLogin(relay, why string) error {
	return kez.Errorf(kez.ChannelUnreachable, "the relay %s wants a login: %s", relay, why).
		WithHint("name a relay that can be read by everybody with KEZ_NOSTR_RELAYS")
}

func badMessage(relay string) error {
	return kez.Errorf(kez.ChannelBadContent, "%s sends what is no message of a nostr relay", relay).
		WithHint("name another relay with KEZ_NOSTR_RELAYS")
}

func tooLarge(relay, what string) error {
	return kez.Errorf(kez.ChannelTooLarge, "the relay %s sent %s", relay, what).
		WithHint("name another relay with KEZ_NOSTR_RELAYS")
}

// dialError words a connection that did not come about.
func dialError(relay string, response *http.Response, err error) error {
	host := relay
	if u, parseErr := url.Parse(relay); parseErr == nil {
		host = u.Host
	}
	switch {
	case response == nil && errors.Is(err, context.DeadlineExceeded):
		return kez.Errorf(kez.ChannelUnreachable, "the relay %s did not answer in time", relay).WithHint("try again later")
	case response == nil:
		return kez.Errorf(kez.ChannelUnreachable, "the relay %s cannot be reached: %w", relay, err).
			WithHint("check the network and the spelling of the relay")
	case response.StatusCode == http.StatusTooManyRequests:
		return channel.RateLimited(host, response.Header)
	case response.StatusCode == http.StatusUnauthorized, response.StatusCode == http.StatusForbidden:
		return wantsLogin(relay, "status "+response.Status)
	case response.StatusCode >= 500:
		return kez.Errorf(kez.ChannelUnreachable, "the relay %s answers with the status %d", relay, response.StatusCode).
			WithHint("the relay has a fault; try again later")
	}
	return kez.Errorf(kez.ChannelBadContent, "%s does not answer as a nostr relay (status %d)", relay, response.StatusCode).
		WithHint("check the spelling of the relay; redirects are not followed")
}
