package server

import (
	"bytes"
	"errors"
	"net/http"

	"kez.lat/kez/impl/go/internal/service"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// append takes one envelope or lines (KEZ-STORE-017 to 028).
func (a *api) append(w http.ResponseWriter, r *http.Request) error {
	id, err := primary(r)
	if err != nil {
		return err
	}
	if _, err := service.MediaType(r, "application/json", "application/jsonl"); err != nil {
		return err
	}
	which := beginning{a.proxies.Client(r), id}
	if err := a.beginnings.may(r.Context(), which); err != nil {
		return err
	}
	body, release, err := a.budget.Body(w, r, kez.MaxChain)
	defer release()
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	counted, stored := false, false
	defer func() {
		if counted {
			a.beginnings.end(which, stored)
		}
	}()
	appended, err := sigchain.AppendTo(r.Context(), a.log, id, body, sigchain.AppendOptions{Begin: func() (err error) {
		counted, err = a.beginnings.begin(r.Context(), which)
		return err
	}})
	if err != nil {
		return refusal(err, body, appended.Conflict)
	}
	status := http.StatusOK
	if stored = appended.New > 0; stored {
		status = http.StatusCreated // KEZ-STORE-022
	}
	service.WriteJSON(w, status, placed{id, appended.Last.Seq, appended.Last.Hash.String()})
	return nil
}

// refusal is the answer to what was not taken: a conflict carries the stored
// event that it is about (KEZ-STORE-024), and a line is only named where there
// are several.
func refusal(err error, body []byte, conflict sigchain.Stored) error {
	if e, ok := errors.AsType[*kez.Error](err); ok && bytes.Count(bytes.Trim(body, kez.JSONSpace), newline) == 0 {
		e.At = 0
	}
	if conflict.Line == nil {
		return err
	}
	return &service.Refusal{Err: err, Event: conflict.Line}
}
