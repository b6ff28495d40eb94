package server

import (
	"encoding/json"
	"net/http"
	"slices"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
	"kez.lat/kez/impl/go/strictjson"
)

// maxList bounds contacts and blocks, and maxListSize the body that sets them
// (KEZ-RELAY-073).
const (
	maxList     = 1024
	maxListSize = 128 << 10
)

// setting reads a body, checks who sent it, and gives its members, which are
// exactly those named.
func (a *api) setting(w http.ResponseWriter, r *http.Request, limit int64, lines func(handle string, body []byte) []string, names ...string) (handle string, members strictjson.Value, auth *relay.Auth, err error) {
	w.Header().Set("Cache-Control", "no-store") // KEZ-RELAY-042
	handle = r.PathValue("handle")
	if err := relay.CheckHandle(handle); err != nil {
		return "", members, nil, err
	}
	if _, err := service.MediaType(r, "application/json"); err != nil {
		return "", members, nil, err
	}
	if _, given, _ := authValue(r, false); !given { // nothing is read for nobody
		_, err := relay.ReadAuth("", a.Now())
		return "", members, nil, err
	}
	body, release, err := a.budget.Body(w, r, limit)
	defer release()
	if err != nil {
		return "", members, nil, err
	}
	if _, auth, err = a.holder(r, handle, lines(handle, body), false); err != nil {
		return "", members, nil, err
	}
	doc, err := strictjson.Read(body, int(limit))
	if err != nil {
		return "", members, nil, err
	}
	members, err = object(doc.Root(), names...)
	return handle, members, auth, err
}

// object refuses what is no object with exactly these members, in any order.
func object(v strictjson.Value, names ...string) (strictjson.Value, error) {
	if v.Kind() != strictjson.Object {
		return v, kez.Errorf(kez.JSONType, "the body is no object").WithHint("send an object with the members %q", names)
	}
	for name := range v.Members() {
		if !slices.Contains(names, name) {
			return v, kez.Errorf(kez.JSONUnknownMember, "the body has a member %s, which is not known", kez.Quote(name)).WithHint("its members are %q", names)
		}
	}
	for _, name := range names {
		if v.Member(name).Kind() == strictjson.None {
			return v, kez.Errorf(kez.JSONType, "the member %s is missing", name).WithHint("the members are %q", names)
		}
	}
	return v, nil
}

// setProofs takes the proofs that others are shown, as they are (KEZ-RELAY-032).
func (a *api) setProofs(w http.ResponseWriter, r *http.Request) error {
	handle, members, auth, err := a.setting(w, r, relay.MaxProofsSize, func(handle string, _ []byte) []string { return relay.ProofsText(handle) }, "proofs")
	if err != nil {
		return err
	}
	list := members.Member("proofs")
	if list.Kind() != strictjson.Array {
		return kez.Errorf(kez.JSONType, "proofs is no list").WithHint("send {\"proofs\": [...]}")
	}
	var proofs []json.RawMessage
	if err := json.Unmarshal(list.Raw(), &proofs); err != nil {
		return err
	}
	if len(proofs) > relay.MaxProofs {
		return kez.Errorf(kez.InputTooLarge, "there are %d proofs, and at most %d are taken", len(proofs), relay.MaxProofs).WithHint("show fewer")
	}
	// The signature does not cover the body, so it is good for one body.
	if err := a.replays.take(auth.Sig, handle, a.Now()); err != nil {
		return err
	}
	account, err := a.Directory.Set(r.Context(), handle, relay.Settings{Proofs: &proofs})
	if err != nil {
		return err
	}
	a.writeLookup(w, http.StatusOK, account)
	return nil
}

// bodyText is what a setting signs whose body is covered; it has no recipient
// (KEZ-RELAY-074).
func (a *api) bodyText(r *http.Request) func(string, []byte) []string {
	return func(_ string, body []byte) []string {
		return relay.BodyText(http.MethodPut, a.Name, r.URL.EscapedPath(), "", body)
	}
}

// setPolicy says who may send (KEZ-RELAY-053).
func (a *api) setPolicy(w http.ResponseWriter, r *http.Request) error {
	handle, members, _, err := a.setting(w, r, maxListSize, a.bodyText(r), "accept", "contacts")
	if err != nil {
		return err
	}
	policy := relay.Policy{Accept: members.Member("accept").Text()}
	if members.Member("accept").Kind() != strictjson.String {
		return kez.Errorf(kez.JSONType, "accept is no string").WithHint("it is anyone, registered or contacts")
	}
	if !slices.Contains([]string{relay.AcceptAnyone, relay.AcceptRegistered, relay.AcceptContacts}, policy.Accept) {
		return service.BadRequest("accept is "+kez.Quote(policy.Accept)+", which is no policy", "it is anyone, registered or contacts")
	}
	if policy.Contacts, err = identities(members, "contacts"); err != nil {
		return err
	}
	if _, err := a.Directory.Set(r.Context(), handle, relay.Settings{Policy: &policy}); err != nil {
		return err
	}
	service.WriteJSON(w, http.StatusOK, policy)
	return nil
}

// setBlocks takes the whole list of those who may not send (KEZ-RELAY-054).
func (a *api) setBlocks(w http.ResponseWriter, r *http.Request) error {
	handle, members, _, err := a.setting(w, r, maxListSize, a.bodyText(r), "primaries")
	if err != nil {
		return err
	}
	primaries, err := identities(members, "primaries")
	if err != nil {
		return err
	}
	if _, err := a.Directory.Set(r.Context(), handle, relay.Settings{Blocks: &primaries}); err != nil {
		return err
	}
	service.WriteJSON(w, http.StatusOK, relay.Blocks{Primaries: primaries})
	return nil
}

// identities reads a list of them, each in the spelling by which it is compared.
func identities(members strictjson.Value, name string) ([]string, error) {
	var texts []string
	if list := members.Member(name); list.Kind() != strictjson.Array || json.Unmarshal(list.Raw(), &texts) != nil {
		return nil, kez.Errorf(kez.JSONType, "%s is no list of strings", name).WithHint("send a list of identities")
	}
	if len(texts) > maxList {
		return nil, kez.Errorf(kez.InputTooLarge, "%s has %d entries, and at most %d are taken", name, len(texts), maxList).WithHint("send fewer")
	}
	all := make([]string, 0, len(texts))
	for _, text := range texts {
		id, err := kez.ParseSigned(text)
		if err != nil {
			return nil, err
		}
		all = append(all, id.Canonical().String())
	}
	return all, nil
}
