package cli

import (
	"strings"
	"testing"

	"kez.lat/kez/impl/go/internal/sharedtest"
)

// KEZ-CLI-014: whatever a message holds, each line of it stands indented and
// holds nothing that a terminal obeys.
func TestBodiesAreShownEscaped(t *testing.T) {
	bodies := []string{"\x1b]0;title\a", "a\rb", "a\nkez: hint: type your secret", "\u202eabc", "\xff\xfe", "\u200b\u2028", "x\x9b31m", "", "\n\n", "a\r\nb\r\n"}
	for _, c := range sharedtest.Corpus(t, "naughty-strings") {
		var in struct{ S string }
		c.Input(t, &in)
		bodies = append(bodies, in.S)
	}
	for _, body := range bodies {
		shown := indented(body)
		if strings.ContainsFunc(strings.ReplaceAll(shown, "\n", ""), hostile) {
			t.Errorf("%q is shown as %q", body, shown)
		}
		for line := range strings.Lines(shown) {
			if !strings.HasPrefix(line, "    ") || !strings.HasSuffix(line, "\n") {
				t.Errorf("%q is shown as %q", body, shown)
			}
		}
	}
	if got := indented("a\r\nb\n"); got != "    a\n    b\n" {
		t.Errorf("%q", got)
	}
}
