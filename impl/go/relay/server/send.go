package server

import (
	"errors"
	"net/http"
	"slices"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/strictjson"
)

// maxSend bounds the body of a send: an envelope and ample room for what stands
// around it (KEZ-RELAY-072).
const maxSend = relay.MaxMessage + 16<<10

// send stores a sealed message (KEZ-RELAY-044 to 056).
func (a *api) send(w http.ResponseWriter, r *http.Request) error {
	if _, err := service.MediaType(r, "application/json"); err != nil {
		return err
	}
	if wait := a.sends.Take(a.Proxies.Client(r)); wait > 0 {
		return service.RateLimited("messages", wait)
	}
	w.Header().Set("Cache-Control", "no-store")
	body, release, err := a.budget.Body(w, r, maxSend)
	defer release()
	if errors.Is(err, kez.InputTooLarge) {
		return tooLarge()
	}
	if err != nil {
		return err
	}
	to, envelope, err := parseSend(body)
	if err != nil {
		return err
	}
	recipient, from, signed, err := a.sender(r, to, envelope, body)
	if err != nil {
		return err
	}
	if err := a.mayWrite(r, recipient, from, signed); err != nil {
		return err
	}
	if wait := a.receives.Take(to); wait > 0 {
		return &service.Refusal{RetryAfter: wait, Err: kez.Errorf(kez.HTTPRateLimited, "too many messages came for this recipient").WithHint("wait a little and try again")}
	}
	row, isNew, err := a.Mailbox.Put(r.Context(), to, envelope.Raw(), a.Now(), a.Quota)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated // KEZ-RELAY-049
		a.hub.wake(to)
	}
	service.WriteJSON(w, status, relay.Sent{Seq: row.Seq, CreatedAt: row.CreatedAt})
	return nil
}

func tooLarge() error {
	return kez.Errorf(kez.MessageTooLarge, "the envelope is larger than %d bytes", relay.MaxMessage).WithHint("send a shorter message")
}

// parseSend reads {"to", "envelope"} by spec/json.md. The envelope is opaque: an
// object of bounded size and depth.
func parseSend(body []byte) (to string, envelope strictjson.Value, err error) {
	doc, err := strictjson.Read(body, maxSend)
	if err != nil {
		return "", envelope, err
	}
	members, err := object(doc.Root(), "to", "envelope")
	if err != nil {
		return "", envelope, err
	}
	envelope = members.Member("envelope")
	switch {
	case len(envelope.Raw()) > relay.MaxMessage: // KEZ-RELAY-046
		return "", envelope, tooLarge()
	case members.Member("to").Kind() != strictjson.String:
		return "", envelope, kez.Errorf(kez.JSONType, "to is no string").WithHint("it is the handle of the recipient")
	case envelope.Kind() != strictjson.Object: // KEZ-RELAY-045
		return "", envelope, kez.Errorf(kez.JSONType, "the envelope is no object").WithHint("send what a KEZ client sealed")
	}
	return members.Member("to").Text(), envelope, nil
}

// sender finds the recipient, and who says to have sent the message: signed
// tells that this is shown (KEZ-RELAY-033, 048, 050). from is zero where the
// envelope names nobody.
func (a *api) sender(r *http.Request, to string, envelope strictjson.Value, body []byte) (recipient *relay.Account, from kez.Identity, signed bool, err error) {
	if err := relay.CheckHandle(to); err != nil {
		return nil, from, false, err
	}
	value, signed, err := authValue(r, false)
	if err != nil {
		return nil, from, signed, err
	}
	var auth *relay.Auth
	if signed {
		if auth, err = relay.ReadAuth(value, a.Now()); err != nil {
			return nil, from, signed, err
		}
	}
	if recipient, err = a.account(r.Context(), to); err != nil {
		return nil, from, signed, err
	}
	from, named := kez.ParseSigned(envelope.Member("from").Text())
	if named != nil {
		from = kez.Identity{}
	}
	if signed && named != nil {
		return nil, from, signed, kez.Errorf(kez.AuthInvalid, "the request is signed, and the envelope names no identity in from").
			WithHint("sign as the sender that the envelope names, or not at all")
	}
	if signed {
		err = auth.Verify(relay.BodyText(http.MethodPost, a.Name, "/v1/messages", to, body), from)
	}
	return recipient, from, signed, err
}

// mayWrite judges blocks, then the policy (KEZ-RELAY-051, 055, 056).
func (a *api) mayWrite(r *http.Request, recipient *relay.Account, from kez.Identity, signed bool) error {
	name := from.Canonical().String()
	if !from.IsZero() && slices.Contains(recipient.Blocks, name) {
		return kez.Errorf(kez.MessageBlocked, "the recipient takes no messages from this sender").WithHint("nothing was stored")
	}
	taken := false
	switch recipient.Policy.Accept {
	case relay.AcceptAnyone:
		return nil
	case relay.AcceptRegistered:
		if signed {
			account, err := a.Directory.ByPrimary(r.Context(), from)
			if err != nil {
				return err
			}
			taken = account != nil
		}
	case relay.AcceptContacts:
		taken = signed && slices.Contains(recipient.Policy.Contacts, name)
	}
	if taken {
		return nil
	}
	hint := "ask the recipient to take messages from you"
	if !signed {
		hint = "sign the request with " + relay.AuthHeader + ", as the sender that the envelope names"
	}
	return kez.Errorf(kez.MessagePolicy, "the recipient takes messages from %s only", map[string]string{
		relay.AcceptRegistered: "registered senders", relay.AcceptContacts: "contacts"}[recipient.Policy.Accept]).WithHint("%s", hint)
}
