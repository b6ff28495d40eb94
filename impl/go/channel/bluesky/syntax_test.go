package bluesky_test

import (
	"testing"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
)

func statusOK(body string) httpfake.Fault { return httpfake.Status(200).JSON(body) }

// differences are the spellings that atproto and KEZ judge differently, with
// the reason.
var differences = map[string]string{
	"john.test.":      "typed: the trailing dot is dropped",
	"DID:method:val":  "typed: the system becomes lower case",
	"didmethod:val":   "an identity of another system, didmethod, to which no channel answers",
	"did:method:val:": "the grammar of did takes a colon at the end",

	"1985-04-12T23:20:50.1235678912345Z": "more than nine digits of a second",
	"0123-01-01T00:00:00.000Z":           "before 1970",
	"1900-12-31T23:00:00.000Z":           "before 1970",
}

// differs gives the reason of a difference; atproto takes handles of 253 bytes,
// and KEZ hosts of 239, to which names such as _kez-sigchain can be added.
func differs(text string) string {
	if len(text) > 239 && len(text) <= 253 {
		return "a host over 239 bytes"
	}
	return differences[text]
}

type spelling struct{ S string }

type verdict struct{ Valid bool }

// TestHandleSyntax compares handles and DIDs with our grammar.
func TestHandleSyntax(t *testing.T) {
	systems := map[string]string{"atproto.handle": "bluesky:", "atproto.did": "did:"}
	checked := 0
	for _, c := range sharedtest.Corpus(t, "atproto-syntax") {
		system := systems[c.Op]
		if system == "" {
			continue
		}
		checked++
		var in spelling
		var want verdict
		c.Input(t, &in)
		c.Want(t, &want)
		text := system + in.S
		if c.Op == "atproto.did" {
			text = in.S // a DID is an identity as it is
		}
		_, err := kez.ParseTyped(text)
		if known := differs(in.S); (err == nil) != want.Valid && known == "" {
			t.Errorf("%s %q: %v, and atproto says %t", c.ID, in.S, err, want.Valid)
		} else if known != "" && (err == nil) == want.Valid {
			t.Errorf("%s %q is no difference any more: %s", c.ID, in.S, known)
		}
	}
	if checked == 0 {
		t.Error("nothing compared")
	}
}

// TestTimeSyntax compares times: ours are narrower and never wider.
func TestTimeSyntax(t *testing.T) {
	checked := 0
	for _, c := range sharedtest.Corpus(t, "atproto-syntax") {
		if c.Op != "atproto.datetime" && c.Op != "atproto.datetime_parse" {
			continue
		}
		checked++
		var in spelling
		var want verdict
		c.Input(t, &in)
		c.Want(t, &want)
		_, ok := kez.ParseTime(in.S)
		known := differs(in.S)
		if ok && !want.Valid || !ok && want.Valid && known == "" || ok && known != "" {
			t.Errorf("%s %q: %t, and atproto says %t; known: %q", c.ID, in.S, ok, want.Valid, known)
		}
	}
	if checked == 0 {
		t.Error("nothing compared")
	}
}
