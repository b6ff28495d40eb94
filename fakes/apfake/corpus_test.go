package apfake_test

import (
	"testing"

	"kez.lat/kez/fakes/apfake"
	"kez.lat/kez/fakes/httpfake/corpustest"
)

// TestRecordedDocuments serves each recorded document as an actor.
func TestRecordedDocuments(t *testing.T) {
	server := start(t, "")
	for _, c := range corpustest.Read(t, "activitypub-granary") {
		if err := server.AddActor("social.example", "alice", apfake.Actor{Document: c.Body, URL: "https://social.example/users/alice"}); err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if answer, body := get(t, server, "social.example/users/alice", activity); answer.StatusCode != 200 || body != string(c.Body) {
			t.Errorf("%s gives %d %s", c.ID, answer.StatusCode, body)
		}
	}
}
