package strictjson_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

const corpusLimit = 1 << 20

func TestCorpusJCS(t *testing.T) {
	var refused int
	for _, c := range sharedtest.Corpus(t, "jcs-cyberphone") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct {
				Out string `json:"out_hex"`
			}
			c.Want(t, &want)
			in, out := c.Blob(t, "json_hex"), sharedtest.Hex(t, want.Out)
			if got, err := jcs.Transform(in); err != nil || !bytes.Equal(got, out) {
				t.Errorf("the library gives %q, %v", got, err)
			}
			doc, err := strictjson.ReadCanonical(in, corpusLimit)
			if kez.CodeOf(err) == kez.JSONNumber {
				refused++
				return
			}
			if err != nil || !bytes.Equal(doc.Bytes(), out) || !doc.Canonical() {
				t.Errorf("canonical form %v, want %q", err, out)
			}
			if again, err := strictjson.Read(out, corpusLimit); err != nil || !again.Canonical() {
				t.Errorf("the canonical form is not seen as such: %v", err)
			}
		})
	}
	if refused > 4 {
		t.Errorf("%d cases are refused for their numbers, and 4 hold other numbers than integers", refused)
	}
}

// otherNumbers are the cases that the corpus accepts for a reader of any number;
// KEZ takes plain integers within ±(2^53−1) alone (KEZ-JSON).
var otherNumbers = map[string]bool{
	"jsontestsuite/transform-number_1.000000000000000005.json": true,
	"jsontestsuite/transform-number_1e-999.json":               true,
	"jsontestsuite/transform-number_1e6.json":                  true,
}

func TestCorpusJSONTestSuite(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "jsontestsuite") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct{ KEZ string }
			c.Want(t, &want)
			in := c.Blob(t, "json_hex")
			doc, err := strictjson.ReadCanonical(in, corpusLimit)
			if err != nil && kez.CodeOf(err) == "" {
				t.Fatalf("an error without a code: %v", err)
			}
			switch verdict, why, _ := strings.Cut(want.KEZ, " "); {
			case otherNumbers[c.ID] || verdict == "reject" && strings.HasPrefix(why, "integer"):
				if kez.CodeOf(err) != kez.JSONNumber {
					t.Errorf("not refused for its number: %v", err)
				}
			case strings.Trim(verdict, ":;") == "accept" && err != nil:
				t.Errorf("refused: %v", err)
			case verdict == "reject" && err == nil:
				t.Error("taken")
			}
			if err != nil {
				return
			}
			if out, err := jcs.Transform(in); err != nil || !bytes.Equal(out, doc.Bytes()) {
				t.Errorf("canonical form %q, the library gives %q, %v", doc.Bytes(), out, err)
			}
			if strings.HasPrefix(want.KEZ, "accept: two distinct keys") {
				var names int
				for range doc.Root().Members() {
					names++
				}
				if names != 2 {
					t.Errorf("%d members", names)
				}
			}
		})
	}
}

func TestCorpusES6Numbers(t *testing.T) {
	check := func(t *testing.T, bits uint64, want string) {
		t.Helper()
		number := math.Float64frombits(bits)
		if got, err := jcs.NumberToJSON(number); err != nil || got != want {
			t.Errorf("%016x: %q, %v, want %q", bits, got, err, want)
		}
		// What the reader takes at all has this same form.
		doc, err := strictjson.Read([]byte(want), corpusLimit)
		integer, parseErr := strconv.ParseInt(want, 10, 64)
		plain := parseErr == nil && integer >= -strictjson.MaxInt && integer <= strictjson.MaxInt
		switch {
		case !plain && kez.CodeOf(err) != kez.JSONNumber:
			t.Errorf("%s: %v", want, err)
		case plain && (err != nil || !doc.Canonical()):
			t.Errorf("%s is not canonical: %v", want, err)
		}
	}
	for _, c := range sharedtest.Corpus(t, "es6-numbers") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct {
				Str    string
				Reject bool
			}
			c.Want(t, &want)
			bits := binary.BigEndian.Uint64(c.Blob(t, "bits"))
			if !want.Reject {
				check(t, bits, want.Str)
			} else if got, err := jcs.NumberToJSON(math.Float64frombits(bits)); err == nil {
				t.Errorf("taken as %q", got)
			}
		})
	}
	data, err := os.ReadFile(sharedtest.Path(t, "es6-numbers", "es6_1000.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(data)) {
		digits, want, _ := strings.Cut(strings.TrimSpace(line), ",")
		bits, err := strconv.ParseUint(digits, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		check(t, bits, want)
		lines++
	}
	if lines != 1000 {
		t.Errorf("%d lines", lines)
	}
}

func TestCorpusNaughtyStringsRoundTrip(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "naughty-strings") {
		var in struct{ S string }
		c.Input(t, &in)
		written := strictjson.AppendString(nil, in.S)
		doc, err := strictjson.Read(written, corpusLimit)
		if err != nil || doc.Root().Text() != in.S || !doc.Canonical() {
			t.Errorf("%s: %q comes back otherwise: %v", c.ID, in.S, err)
		}
		name := append(append([]byte("{"), written...), ":1}"...)
		doc, err = strictjson.Read(name, corpusLimit)
		if err != nil || doc.Root().Member(in.S).Kind() != strictjson.Number {
			t.Errorf("%s: lost as a member name: %v", c.ID, err)
		}
		if out, err := jcs.Transform(name); err != nil || !bytes.Equal(out, name) {
			t.Errorf("%s: the library writes %s, %v", c.ID, out, err)
		}
	}
}
