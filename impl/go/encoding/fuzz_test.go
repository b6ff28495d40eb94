package encoding

import (
	"bytes"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

func coded(t *testing.T, err error) {
	t.Helper()
	if err != nil && (kez.CodeOf(err) == "" || err.Error() == "") {
		t.Fatalf("an error without a code or a sentence: %#v", err)
	}
}

// FuzzCompact takes token texts, and anything else as the bytes of a frame.
func FuzzCompact(f *testing.F) {
	bundle, err := EncodeBundle([]byte(exampleClaim))
	if err != nil {
		f.Fatal(err)
	}
	frame, err := decodeBase64(exampleCompact[len(compactPrefix):])
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{exampleCompact, exampleShort, bundle, string(frame), "kez:z1:", "kez:zd1:AA",
		"\x28\xb5\x2f\xfd\x00\x00\x19\x00\x00abc", "\x28\xb5\x2f\xfd\x20\x00\x15\x00\x00\x00\x00",
		"\x28\xb5\x2f\xfd\x04\x00\x18\x00\x00abc\x1b\x00\x00x\x5c\x0c\xa0\x96", "\x50\x2a\x4d\x18\x00\x00\x00\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text := data
		if !startsLikeToken(data) {
			text = []byte(framed(string(data)))
			agree(t, data)
		}
		token, err := DecodeToken(text)
		coded(t, err)
		_, claimErr := DecodeClaimToken(text)
		coded(t, claimErr)
		if err != nil || token.Form == FormBundle {
			return
		}
		doc, err := strictjson.ReadCanonical(token.JSON, kez.MaxEnvelope)
		coded(t, err)
		if err != nil {
			return
		}
		again, err := EncodeCompact(token.JSON)
		if err != nil {
			t.Fatal(err)
		}
		if token, err = DecodeToken([]byte(again)); err != nil || !bytes.Equal(token.JSON, doc.Bytes()) {
			t.Fatalf("written and read: %v, %q", err, token.JSON)
		}
	})
}

// agree checks that the library sees the one frame that the walk saw: it takes
// no shorter part of it, and a frame set after it is the next one to the byte.
func agree(t *testing.T, data []byte) {
	_, err := checkFrame(data, kez.MaxEnvelope)
	coded(t, err)
	if err != nil || len(data) > 400 {
		return
	}
	library := func(data []byte) ([]byte, error) { return decoder().DecodeAll(data, make([]byte, 0, 1<<20)) }
	out, err := library(data)
	if err != nil {
		return
	}
	for n := 5; n < len(data); n++ {
		if _, err := library(data[:n]); err == nil {
			t.Fatalf("the library takes %d of the %d bytes of the frame %x", n, len(data), data)
		}
	}
	next := "\x28\xb5\x2f\xfd\x00\x00\x19\x00\x00abc"
	if both, err := library(append(data[:len(data):len(data)], next...)); err != nil || string(both) != string(out)+"abc" {
		t.Fatalf("with a frame after it: %v, %q, was %q", err, both, out)
	}
}

// FuzzShort takes the bytes inside a short token.
func FuzzShort(f *testing.F) {
	example, err := decodeBase64(exampleShort[len(shortPrefix):])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add(append(example[:shortFixed:shortFixed], "\xff\x81\xd1\xff\xaf\x07\x00\"\n\\\u2028"...))
	f.Add([]byte("\x01\x02"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text := encodeBase64(shortPrefix, data)
		s, err := DecodeShort([]byte(text))
		coded(t, err)
		if err != nil {
			return
		}
		if again, err := EncodeShort(s); err != nil || again != text {
			t.Fatalf("%v\n%s\n%s", err, text, again)
		}
		expanded, err := ExpandShort(s)
		if err != nil {
			t.Fatal(err)
		}
		if len(expanded) > kez.MaxEnvelope {
			return
		}
		if again, err := ShortOf(expanded); err != nil || again != s {
			t.Fatalf("%v\n%s", err, expanded)
		}
		if again, err := FormatJSON(expanded); err != nil || !bytes.Equal(again, expanded) {
			t.Fatalf("%v\n%s\n%s", err, expanded, again)
		}
	})
}

// FuzzMarkdown takes texts, for all readings that search one.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{
		"```kez\n" + exampleClaim + "```\n", "- ~~~ kez\n  " + exampleShort + "\n  ~~~\n> ```kez\n", "1. \t```kez\n\t\t{}\n \t```",
		"kez:z1:abc… kez:b1:\u200dabc", "<!--\n```kez\n-->", "a\n===\n[b]: c\n---\n```kez\r\r\n```", "_kez.a TXT x", "{\n{", "kez:zc1:AA",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, scan := range []func([]byte) ([]Candidate, error){ScanMarkdown, ScanText} {
			found, err := scan(text)
			coded(t, err)
			if (err == nil) != (len(found) > 0) {
				t.Fatalf("%d candidates, %v", len(found), err)
			}
			for _, c := range found {
				coded(t, c.Err)
				if (c.Err == nil) != (c.JSON != nil) || c.Where == "" {
					t.Fatalf("%+v", c)
				}
			}
		}
		end := 0
		list, _ := fences(bytes.ReplaceAll(text, []byte("\r"), []byte("\n")))
		for _, fence := range list {
			if fence.start < end || fence.end < fence.start || fence.end > len(text) {
				t.Fatalf("a fence from %d to %d, the one before ended at %d", fence.start, fence.end, end)
			}
			end = fence.end
		}
		reading, err := Detect(text, ReadAuto)
		coded(t, err)
		if reading == ReadChain || reading == ReadToken {
			_, err := ChainText(text)
			coded(t, err)
		}
	})
}

// FuzzZone takes zone text, and the same bytes as one record.
func FuzzZone(f *testing.F) {
	for _, seed := range []string{
		FormatZone("a.example", exampleCompact), "$ORIGIN a.example.\n_kez TXT ( \"\\107ez\"\n x ) ; y", `kez\:z1:"AA`, "_kez.a. TXT \"\\1\"",
		exampleShort[:60] + " " + exampleShort[60:], strings.ToLower(exampleShort),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		candidates := func(records [][]string) {
			found, err := ReadTXT(records)
			coded(t, err)
			for _, c := range found {
				coded(t, c.Err)
				if (c.Err == nil) != (c.JSON != nil) {
					t.Fatalf("%+v", c)
				}
			}
		}
		candidates([][]string{{string(text)}})
		_, found, err := ScanZone(text)
		coded(t, err)
		for _, c := range found {
			coded(t, c.Err)
		}
		owner, records := zoneRecords(text)
		if len(records) == 0 {
			return
		}
		// What was read from one zone is written and read again the same, as
		// long as it is text.
		domain := strings.TrimSuffix(strings.TrimPrefix(owner, ownerPrefix), ".")
		value := string(records[0].text)
		if strings.IndexFunc(value, func(char rune) bool { return char < 0x20 || char > 0x7e }) >= 0 || strings.ContainsAny(domain, "\\\"();$@ \t") {
			return
		}
		again, records := zoneRecords([]byte(FormatZone(domain, value)))
		if again != owner || len(records) != 1 || string(records[0].text) != value || records[0].fault != nil {
			t.Fatalf("%q %v, was %q %q", again, records, owner, value)
		}
	})
}
