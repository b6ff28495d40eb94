package encoding

import (
	"bytes"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Reading is a way to read a file, by the word that forces it.
type Reading string

// The readings. ReadAuto lets the text decide.
const (
	ReadAuto     Reading = ""
	ReadClaim    Reading = "claim"
	ReadToken    Reading = "token"
	ReadChain    Reading = "chain"
	ReadZone     Reading = "zone"
	ReadMarkdown Reading = "markdown"
)

// Readings gives the words that force a reading.
func Readings() []string {
	return []string{string(ReadClaim), string(ReadToken), string(ReadChain), string(ReadZone), string(ReadMarkdown)}
}

// Detect gives the reading of a text: the one that was asked for, or where that
// is ReadAuto the first row of the table of KEZ-SCAN-019 that fits.
func Detect(text []byte, asked Reading) (Reading, error) {
	trimmed := bytes.Trim(text, kez.JSONSpace)
	switch {
	case asked != ReadAuto:
		return asked, nil
	case len(trimmed) == 0:
		return ReadAuto, kez.Errorf(kez.InputEmpty, "the input is empty")
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return ReadAuto, kez.Errorf(kez.JSONBOM, "the input starts with a byte order mark").
			WithHint("save the file as UTF-8 without BOM")
	case bytes.IndexByte(text[:min(4, len(text))], 0) >= 0:
		return ReadClaim, nil // UTF-16 and the like, which the JSON reader names
	case bytes.IndexByte([]byte(`{["`), trimmed[0]) >= 0:
		return detectJSON(text), nil
	case startsLikeToken(trimmed) && !bytes.ContainsAny(trimmed, kez.JSONSpace):
		return ReadToken, nil
	}
	for line := range bytes.Lines(text[:min(len(text), MaxText)]) {
		if isZoneLine(line) {
			return ReadZone, nil
		}
	}
	return ReadMarkdown, nil
}

func detectJSON(text []byte) Reading {
	if doc, err := strictjson.Read(text, kez.MaxEnvelope); err == nil {
		if isEvent(doc) {
			return ReadChain
		}
		return ReadClaim
	}
	starts := bytes.Count(text, []byte("\n{"))
	if text[0] == '{' {
		starts++
	}
	if starts >= 2 {
		return ReadChain
	}
	return ReadClaim
}

func isEvent(doc *strictjson.Document) bool { return doc.Root().Member("kez").Is("sigchain_event") }

// ChainText gives the JSON lines of a text that is a chain by its own looks:
// those of ChainLines, or the one line of an event that was written over
// several (KEZ-SCAN-019).
func ChainText(text []byte) ([]byte, error) {
	trimmed := bytes.Trim(text, kez.JSONSpace)
	if !startsLikeToken(trimmed) && bytes.IndexByte(trimmed, '\n') >= 0 {
		if doc, err := strictjson.ReadCanonical(text, kez.MaxEnvelope); err == nil && isEvent(doc) {
			return append(doc.Bytes(), '\n'), nil
		}
	}
	return ChainLines(text)
}

// ChainLines gives the JSON lines of a text that is read as a chain: those of a
// bundle, or the text itself.
func ChainLines(text []byte) ([]byte, error) {
	trimmed := bytes.Trim(text, kez.JSONSpace)
	if !startsLikeToken(trimmed) {
		return text, nil
	}
	token, err := DecodeToken(trimmed)
	if err == nil && token.Form != FormBundle {
		err = kez.Errorf(kez.EnvelopeTypeMismatch, "this is a claim, and a chain was asked for").
			WithHint("a chain is JSON lines or a %s token", bundlePrefix)
	}
	return token.JSON, err
}
