package strictjson_test

import (
	"strings"
	"testing"

	"github.com/gowebpki/jcs"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

func TestReadRefuses(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	many := strings.Builder{}
	for i := range 40 {
		many.WriteString(`"` + strings.Repeat("k", 40-i) + `":1,`)
	}
	for _, test := range []struct {
		name, in string
		want     kez.Code
	}{
		{"empty", "", kez.InputEmpty},
		{"white space", " \n\t\r", kez.InputEmpty},
		{"bom", "\xef\xbb\xbf{}", kez.JSONBOM},
		{"utf-16", "{\x00}\x00", kez.JSONInvalidUTF8},
		{"form feed is no white space", "\f{}", kez.JSONSyntax},
		{"invalid utf-8 in string", "{\"a\":\"\xff\"}", kez.JSONInvalidUTF8},
		{"cut utf-8", "{\"a\":\"\xe2\x82", kez.JSONInvalidUTF8},
		{"surrogate as utf-8", "\"\xed\xa0\x80\"", kez.JSONInvalidUTF8},
		{"invalid utf-8 in place of a token", "[\xff]", kez.JSONInvalidUTF8},
		{"duplicate", `{"a":1,"a":2}`, kez.JSONDuplicateMember},
		{"duplicate, unordered", `{"b":1,"a":2,"b":3}`, kez.JSONDuplicateMember},
		{"duplicate after unescaping", `{"a":1,"\u0061":2}`, kez.JSONDuplicateMember},
		{"duplicate among many", "{" + many.String() + `"kk":1}`, kez.JSONDuplicateMember},
		{"duplicate deep", `{"a":[{"b":1,"b":1}]}`, kez.JSONDuplicateMember},
		{"lone high", `"\ud800"`, kez.JSONLoneSurrogate},
		{"lone low", `"\udc00"`, kez.JSONLoneSurrogate},
		{"high high", `"\ud800\ud800"`, kez.JSONLoneSurrogate},
		{"high then bad escape", `"\ud800\uZZZZ"`, kez.JSONLoneSurrogate},
		{"fraction", `1.0`, kez.JSONNumber},
		{"exponent", `1e0`, kez.JSONNumber},
		{"minus zero", `-0`, kez.JSONNumber},
		{"2^53", `9007199254740992`, kez.JSONNumber},
		{"-2^53", `-9007199254740992`, kez.JSONNumber},
		{"17 digits", `10000000000000000`, kez.JSONNumber},
		{"leading zero", `01`, kez.JSONSyntax},
		{"point without digit", `1.`, kez.JSONSyntax},
		{"plus", `+1`, kez.JSONSyntax},
		{"NaN", `NaN`, kez.JSONSyntax},
		{"depth 33", deep(33), kez.JSONDepth},
		{"trailing value", `{} {}`, kez.JSONTrailingData},
		{"trailing nul", "{}\x00\x00\x00\x00", kez.JSONInvalidUTF8},
		{"trailing nul later", "[1,2]\x00", kez.JSONTrailingData},
		{"invalid utf-8 after trailing data", "{} x\xff", kez.JSONInvalidUTF8},
		{"first fault wins", `{"a":1.0,"a":`, kez.JSONNumber},
		{"control character", "\"a\nb\"", kez.JSONSyntax},
		{"bad escape", `"\x"`, kez.JSONSyntax},
		{"trailing comma", `[1,]`, kez.JSONSyntax},
		{"single quotes", `{'a':1}`, kez.JSONSyntax},
		{"word", `tru`, kez.JSONSyntax},
		{"too large", `"` + strings.Repeat("a", 200) + `"`, kez.InputTooLarge},
		{"too large, only white space", `{}` + strings.Repeat(" ", 200), kez.InputTooLarge},
		{"too large, but a fault before", `{x` + strings.Repeat(" ", 200), kez.JSONSyntax},
		{"too large, cut in a character", `"` + strings.Repeat("a", 98) + "€€\"", kez.InputTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := strictjson.Read([]byte(test.in), 100)
			if test.name == "duplicate among many" {
				_, err = strictjson.Read([]byte(test.in), 10000)
			}
			if got := kez.CodeOf(err); got != test.want {
				t.Fatalf("code %q (%v), want %q", got, err, test.want)
			}
		})
	}
}

func TestReadGivesTypedValues(t *testing.T) {
	doc, err := strictjson.Read([]byte(` {"b":[1,{"x":null}],"a":"\u0041\ud83d\ude00\n/","n":-9007199254740991,"t":true} `), 1000)
	if err != nil {
		t.Fatal(err)
	}
	root := doc.Root()
	if got := root.Member("a").Text(); got != "A😀\n/" {
		t.Errorf("a = %q", got)
	}
	if got, ok := root.Member("n").Int(); !ok || got != -strictjson.MaxInt {
		t.Errorf("n = %d, %t", got, ok)
	}
	if got := string(root.Member("b").Raw()); got != `[1,{"x":null}]` {
		t.Errorf("b = %s", got)
	}
	if root.Member("A").Kind() != strictjson.None || root.Member("x").Kind() != strictjson.None {
		t.Error("members are matched loosely")
	}
	var names []string
	for name := range root.Members() {
		names = append(names, name)
	}
	if strings.Join(names, ",") != "b,a,n,t" {
		t.Errorf("members %v", names)
	}
}

func TestCanonicalIsSeenWhileReading(t *testing.T) {
	for in, want := range map[string]bool{
		`{"a":1,"b":"x"}`:                 true,
		`{"b":1,"a":2}`:                   false,
		`{"a": 1}`:                        false,
		`{"a":1}` + "\n":                  false,
		`"\u001f\b\"\\"`:                  true,
		`"\u001F"`:                        false,
		`"\u0008"`:                        false,
		`"\/"`:                            false,
		`"\u0041"`:                        false,
		"\"\u2028€😀\x7f\"":                true,
		"{\"\U0001F600\":1,\"\uFB33\":2}": true,
		"{\"\uFB33\":1,\"\U0001F600\":2}": false,
		"{\"€\":1,\"\U0001F600\":1,\"\uE000\":1}": true,
		`{"":1,"a":1,"aa":1,"b":1}`:               true,
	} {
		doc, err := strictjson.Read([]byte(in), 1000)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		out, err := jcs.Transform([]byte(in))
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if doc.Canonical() != want || want != (string(out) == in) {
			t.Errorf("%s: canonical %t, want %t, library gives %s", in, doc.Canonical(), want, out)
		}
	}
}

// FuzzRead holds the reader against the canonicalization library: what is taken
// canonicalizes, what is called canonical is what the library makes of it, and
// the canonical form reads to the same values.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"kez":"claim","payload":{"b":[1,-2,{}],"a":"\u00e9\n"}}`, `"\ud83d\ude00"`, `[true,false,null]`,
		"{\"\U0001F600\":1,\"\uFB33\":2}", `{"a":1,"a":2}`, `1e5`, "\"\xff\"", `{"":{"":{"":""}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		doc, err := strictjson.Read(in, 1<<16)
		if err != nil {
			if kez.CodeOf(err) == "" {
				t.Fatalf("error without a code: %v", err)
			}
			return
		}
		out, err := jcs.Transform(in)
		if root := doc.Root().Kind(); err != nil && (root == strictjson.Object || root == strictjson.Array) {
			t.Fatalf("taken, and the library refuses: %v", err)
		} else if err != nil {
			return
		}
		if doc.Canonical() != (string(out) == string(in)) {
			t.Fatalf("canonical %t, library gives %q", doc.Canonical(), out)
		}
		again, err := strictjson.ReadCanonical(in, 1<<16)
		if err != nil || string(again.Bytes()) != string(out) || !again.Canonical() {
			t.Fatalf("canonical form %v, %v", again, err)
		}
	})
}
