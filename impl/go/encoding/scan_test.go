package encoding

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

// outcome is what one candidate is expected to be: a code, or where it stood.
type outcome struct {
	code  kez.Code
	where string
}

func checkScan(t *testing.T, name string, got []Candidate, err error, code kez.Code, want []outcome) {
	t.Helper()
	if kez.CodeOf(err) != code || len(got) != len(want) {
		t.Errorf("%s: %v, %d candidates; want %s, %d: %v", name, err, len(got), code, len(want), got)
		return
	}
	for i, c := range got {
		if kez.CodeOf(c.Err) != want[i].code || c.Where != want[i].where || (c.Err == nil) != (c.JSON != nil) {
			t.Errorf("%s: candidate %d is %q %v %q", name, i, c.Where, c.Err, c.JSON)
		}
	}
}

func TestScanMarkdown(t *testing.T) {
	const fence = "```kez\n" + exampleShort + "\n```\n"
	one := []outcome{{"", "line 1"}}
	var emptyFences []outcome
	for i := range MaxCandidates {
		emptyFences = append(emptyFences, outcome{kez.InputEmpty, "line " + strconv.Itoa(2*i+1)})
	}
	for name, c := range map[string]struct {
		text string
		code kez.Code
		want []outcome
	}{
		"fence":                                 {fence, "", one},
		"JSON":                                  {"```kez\n" + exampleClaim + "```\n", "", one},
		"tildes":                                {"~~~ kez x\n" + exampleShort + "\n~~~", "", one},
		"CRLF":                                  {strings.ReplaceAll(fence, "\n", "\r\n"), "", one},
		"lone CR":                               {strings.ReplaceAll(fence, "\n", "\r"), "", one},
		"white space in body":                   {"```kez\n\n\t " + exampleShort + " \n\n```", "", one},
		"list item":                             {"text\n\n- a\n\n  ```kez\n  " + exampleShort + "\n  ```\n", "", []outcome{{"", "line 5"}}},
		"list item, same line":                  {"1. ```kez\n   " + exampleShort + "\n   ```\n", "", one},
		"list item, unclosed":                   {"- ```kez\n  " + exampleShort + "\n\nx\n```\n", "", []outcome{{kez.MarkdownUnclosedFence, "line 1"}}},
		"unclosed":                              {"```kez\n" + exampleShort + "\n", "", []outcome{{kez.MarkdownUnclosedFence, "line 1"}}},
		"closing too short":                     {"````kez\n" + exampleShort + "\n```\n", "", []outcome{{kez.MarkdownUnclosedFence, "line 1"}}},
		"closing with a word":                   {"```kez\n" + exampleShort + "\n``` kez\n", "", []outcome{{kez.MarkdownUnclosedFence, "line 1"}}},
		"empty":                                 {"```kez\n \n```", "", []outcome{{kez.InputEmpty, "line 1"}}},
		"bundle":                                {"```kez\nkez:zc1:AA\n```", "", []outcome{{kez.EnvelopeTypeMismatch, "line 1"}}},
		"upper case":                            {"```kez\nKEZ:Z1:AA\n```", "", []outcome{{kez.CompactPrefix, "line 1"}}},
		"two tokens":                            {"```kez\n" + exampleShort + "\n" + exampleShort + "\n```", "", []outcome{{kez.ShortMalformed, "line 1"}}},
		"two fences":                            {"```kez\nkez:b1:AA\n```\n\n" + fence, "", []outcome{{kez.ShortMalformed, "line 1"}, {"", "line 5"}}},
		"fence and prose":                       {exampleShort + "\n\n" + fence, "", []outcome{{"", "line 3"}}},
		"quoted":                                {"> ```kez\n> " + exampleShort + "\n> ```\n", kez.MarkdownNoFence, nil},
		"quoted in a list":                      {"- > ```kez\n  > " + exampleShort + "\n", kez.MarkdownNoFence, nil},
		"list in a quote":                       {"> - ```kez\n>   " + exampleShort + "\n>   ```\n", kez.MarkdownNoFence, nil},
		"other word":                            {"```kez1\n" + exampleShort + "\n```", kez.MarkdownNoFence, nil},
		"case of the word":                      {"```KEZ\n" + exampleShort + "\n```", kez.MarkdownNoFence, nil},
		"entity in the word":                    {"```k&#101;z\n" + exampleShort + "\n```", kez.MarkdownNoFence, nil},
		"escape in the word":                    {"```k\\ez\n" + exampleShort + "\n```", kez.MarkdownNoFence, nil},
		"form feed, no space":                   {"```\fkez\n" + exampleShort + "\n```", kez.MarkdownNoFence, nil},
		"indented":                              {"    ```kez\n    " + exampleShort + "\n    ```\n", kez.MarkdownNoFence, nil},
		"comment":                               {"<!--\n\n" + fence + "-->\n", kez.MarkdownNoFence, nil},
		"after a comment":                       {"<!-- a -->\n" + fence, "", []outcome{{"", "line 2"}}},
		"HTML block":                            {"<div>\n" + fence + "</div>\n", kez.MarkdownNoFence, nil},
		"HTML block, blank":                     {"<div>\n\n" + fence + "</div>\n", "", []outcome{{"", "line 3"}}},
		"other fence":                           {"~~~\n" + fence + "~~~\n", kez.MarkdownNoFence, nil},
		"prose token":                           {"see " + exampleShort + "\n", kez.MarkdownNoFence, nil},
		"whole token":                           {"\n " + exampleShort + " \n", "", []outcome{{"", "the whole text"}}},
		"whole bad token":                       {"kez:b1:AA", "", []outcome{{kez.ShortMalformed, "the whole text"}}},
		"whole bundle":                          {"kez:zc1:AA", "", []outcome{{kez.EnvelopeTypeMismatch, "the whole text"}}},
		"whole object":                          {"\n" + exampleClaim, "", []outcome{{"", "the whole text"}}},
		"broken object":                         {"{\"kez\":", "", []outcome{{"", "the whole text"}}},
		"object and fence":                      {"{\n\n" + fence, "", []outcome{{"", "line 3"}}},
		"64 fences":                             {strings.Repeat("```kez\n```\n", 64), "", emptyFences},
		"65 fences":                             {strings.Repeat("```kez\n```\n", 65), kez.InputTooLarge, nil},
		"quoted ones do not count":              {strings.Repeat("> ```kez\n\n", 65) + fence, "", []outcome{{"", "line 131"}}},
		"nothing":                               {" \n\t", kez.InputEmpty, nil},
		"not UTF-8":                             {fence + "\xff", kez.JSONInvalidUTF8, nil},
		"too large":                             {fence + strings.Repeat("ä", MaxText/2), kez.InputTooLarge, nil},
		"too large, not UTF-8 before":           {"\xff" + strings.Repeat("a", MaxText), kez.JSONInvalidUTF8, nil},
		"too large, not UTF-8 after":            {strings.Repeat("a", MaxText) + "\xff", kez.InputTooLarge, nil},
		"too large, cut in a character":         {"a" + strings.Repeat("ä", MaxText/2), kez.InputTooLarge, nil},
		"nested too deep over many lines":       {strings.Repeat("- ", 99) + "kez\n" + strings.Repeat("\n", 20000), kez.InputTooLarge, nil},
		"a heading of definitions only is none": {"[a]: b\n===\n2. ```kez\n   " + exampleShort + "\n   ```\n", kez.MarkdownNoFence, nil},
		"a heading ends a paragraph":            {"a\n===\n2. ```kez\n   " + exampleShort + "\n   ```\n", "", []outcome{{"", "line 3"}}},
	} {
		got, err := ScanMarkdown([]byte(c.text))
		checkScan(t, name, got, err, c.code, c.want)
	}
}

func TestScanText(t *testing.T) {
	const fence = "```kez\n" + exampleShort + "\n```\n"
	short := exampleShort
	for name, c := range map[string]struct {
		text string
		code kez.Code
		want []outcome
	}{
		"token":              {"my proof: " + short + ", see", "", []outcome{{"", "line 1"}}},
		"two, and a colon":   {short + ":\n\n(" + exampleCompact + ")", "", []outcome{{"", "line 1"}, {"", "line 3"}}},
		"full stop":          {short + ". Yes..", "", []outcome{{"", "line 1"}}},
		"after a character":  {"x" + short + " -" + short + " :" + short + " _" + short, kez.ProofNoProof, nil},
		"glued":              {"kez:" + short, "", []outcome{{kez.CompactPrefixUnknown, "line 1"}}},
		"after other script": {"é" + short, "", []outcome{{"", "line 1"}}},
		"unknown word":       {"kez:zd1:abc", "", []outcome{{kez.CompactPrefixUnknown, "line 1"}}},
		"no body":            {"kez:z1: abc", kez.ProofNoProof, nil},
		"upper case":         {strings.ToUpper(short), kez.ProofNoProof, nil},
		"ellipsis":           {"kez:z1:abc… " + short, "", []outcome{{kez.ChannelCorrupt, "line 1"}, {"", "line 1"}}},
		"three dots":         {short + "...", "", []outcome{{kez.ChannelCorrupt, "line 1"}}},
		"bundle":             {"kez:zc1:abc", "", []outcome{{kez.EnvelopeTypeMismatch, "line 1"}}},
		"fence":              {"hello\n" + fence, "", []outcome{{"", "line 2"}}},
		"fence between":      {short + "\n" + fence + "\n" + short, "", []outcome{{"", "line 1"}, {"", "line 2"}, {"", "line 6"}}},
		"unclosed fence":     {"```kez\n" + short, "", []outcome{{kez.MarkdownUnclosedFence, "line 1"}}},
		"after a list item":  {"- ```kez\n\nnow " + short, "", []outcome{{kez.MarkdownUnclosedFence, "line 1"}, {"", "line 3"}}},
		"other fence":        {"```\n" + short + "\n```", "", []outcome{{"", "line 2"}}},
		"quoted fence":       {"> ```kez\n> " + short + "\n> ```", "", []outcome{{"", "line 2"}}},
		"joiner inside":      {short[:40] + "\u200d" + short[40:], "", []outcome{{kez.ChannelCorrupt, "line 1"}}},
		"two joiners inside": {"a " + short[:40] + "\u200d\u200b" + short[40:] + " b", "", []outcome{{kez.ChannelCorrupt, "line 1"}}},
		"joiner in prefix":   {"k\u200bez:b1:abc", "", []outcome{{kez.ChannelCorrupt, "line 1"}}},
		"joiner, then colon": {short + "\u2060:", "", []outcome{{kez.ChannelCorrupt, "line 1"}}},
		"joiners around":     {"x\ufeff" + short + "\u00ad", "", []outcome{{"", "line 1"}}},
		"joiner elsewhere":   {"a\u200db\n\u200c" + short, "", []outcome{{"", "line 2"}}},
		"65 tokens":          {strings.Repeat("kez:z1:a ", 65), kez.InputTooLarge, nil},
		"65 of both":         {strings.Repeat("kez:z1:a\n", 63) + fence + fence, kez.InputTooLarge, nil},
		"64 of both":         {fence + strings.Repeat("x\n", 4) + strings.Repeat("kez:z1:a ", 63), "", append([]outcome{{"", "line 1"}}, slices.Repeat([]outcome{{kez.CompactBase64, "line 8"}}, 63)...)},
		"nothing":            {"hello", kez.ProofNoProof, nil},
		"empty":              {"", kez.InputEmpty, nil},
		"not UTF-8":          {short + "\xff", kez.JSONInvalidUTF8, nil},
		"too large":          {strings.Repeat(" ", MaxText) + "x", kez.InputTooLarge, nil},
	} {
		got, err := ScanText([]byte(c.text))
		checkScan(t, name, got, err, c.code, c.want)
	}
	got, _ := ScanText([]byte(short[:40] + "\u200d" + short[40:]))
	if e, ok := errors.AsType[*kez.Error](got[0].Err); !ok || !strings.Contains(e.Message, "U+200D ZERO WIDTH JOINER") {
		t.Error(got[0].Err)
	}
}

func TestDetect(t *testing.T) {
	event := `{"kez":"sigchain_event","payload":{}}`
	for text, want := range map[string]Reading{
		exampleClaim: ReadClaim, "  " + exampleClaim: ReadClaim, "[1]": ReadClaim, `"x"`: ReadClaim, "{": ReadClaim,
		event: ReadChain, strings.ReplaceAll(event, ":", ":\n"): ReadChain, event + "\n" + event: ReadChain, event + "\n{": ReadChain,
		"{}\n{}": ReadChain, "{\n\"a\":\n{}}": ReadClaim, "{\n\"a\":\n{}": ReadChain,
		exampleShort + "\n": ReadToken, "KEZ:z1:a": ReadToken, "kez:": ReadToken, "kez: hello": ReadMarkdown,
		"_kez.a.example. 3600 IN TXT \"kez:z1:a\"\n":     ReadZone,
		"$ORIGIN x.\n_KEZ.a  txt abc":                    ReadZone,
		"; comment\n_kez.a.example TXT kez:z1:a ; again": ReadZone,
		"a.example. IN TXT \"x\"":                        ReadMarkdown, "_kez.a.example is a TXT name": ReadMarkdown,
		"$ORIGIN a.example.\n_kez 3600 IN TXT \"x\"": ReadZone, "_kez is a TXT name": ReadMarkdown, "_kezz TXT x": ReadMarkdown, "_kez\nTXT x": ReadMarkdown,
		"_kez.a.example. CH TXT x": ReadMarkdown, "_\u212aez.a TXT x": ReadMarkdown, "\v{}": ReadMarkdown,
		"_kez.a.example IN A 1.2.3.4": ReadMarkdown, "# KEZ proof": ReadMarkdown, "5": ReadMarkdown, "\x00{": ReadClaim,
	} {
		if got, err := Detect([]byte(text), ReadAuto); err != nil || got != want {
			t.Errorf("%.40q: %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]kez.Code{"": kez.InputEmpty, " \n": kez.InputEmpty, "\ufeff{}": kez.JSONBOM} {
		if _, err := Detect([]byte(text), ReadAuto); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if got, err := Detect(nil, ReadZone); err != nil || got != ReadZone {
		t.Error(got, err)
	}
}

func TestChainText(t *testing.T) {
	event := `{"kez":"sigchain_event","payload":{}}`
	bundle, err := EncodeBundle([]byte(event + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		bundle + "\n":                           event + "\n",
		event:                                   event,
		event + "\n" + event:                    event + "\n" + event,
		strings.ReplaceAll(event, "{", "{\n  "): event + "\n",
		strings.ReplaceAll(event, ":", ":\n"):   event + "\n",
		"\n" + strings.ReplaceAll(event, ":", ":\n") + "\n": event + "\n",
		"":    "",
		"{\n": "{\n",
	} {
		if got, err := ChainText([]byte(text)); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := ChainText([]byte(exampleShort)); !errors.Is(err, kez.EnvelopeTypeMismatch) {
		t.Error(err)
	}
	if _, err := ChainText([]byte("kez:zc1:A")); !errors.Is(err, kez.CompactBase64) {
		t.Error(err)
	}
}
