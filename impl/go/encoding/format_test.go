package encoding

import (
	"errors"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

func TestFormatJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"signature":{"sig":"a","alg":"b","x":{}},"y":[],"payload":{"op":"add","z":[1,{"b":2,"a":[]}],"payload":{"x":null,"subject":"\u00e9\u0001"},"seq":0,"type":"t"},"kez":"sigchain_event"}`: `{
  "kez": "sigchain_event",
  "payload": {
    "type": "t",
    "seq": 0,
    "op": "add",
    "payload": {
      "subject": "é\u0001",
      "x": null
    },
    "z": [
      1,
      {
        "b": 2,
        "a": []
      }
    ]
  },
  "signature": {
    "alg": "b",
    "sig": "a",
    "x": {}
  },
  "y": []
}
`,
		`{"payload":{"primary":"p","handle":"h","server":"s"},"kez":"handle_registration"}`: `{
  "kez": "handle_registration",
  "payload": {
    "handle": "h",
    "server": "s",
    "primary": "p"
  }
}
`,
		`{}`: "{}\n",
	} {
		got, err := FormatJSON([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%v\n%s\nwant\n%s", err, got, want)
		}
	}
	for in, want := range map[string]kez.Code{
		"": kez.InputEmpty, "[]": kez.EnvelopeNotObject, "{": kez.JSONSyntax,
		`{"a":"` + strings.Repeat("a", kez.MaxEnvelope) + `"}`: kez.InputTooLarge,
	} {
		if _, err := FormatJSON([]byte(in)); !errors.Is(err, want) {
			t.Errorf("%.20q: %v", in, err)
		}
	}
}

func TestFormatMarkdown(t *testing.T) {
	want := "# KEZ proof\n\nSubject: github:alice\n" +
		"Primary: ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29\n\n" +
		"```kez\n" + exampleClaim + "```\n"
	got, err := FormatMarkdown([]byte(exampleClaim))
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	found, err := ScanMarkdown(got)
	if err != nil || len(found) != 1 || string(found[0].JSON)+"\n" != exampleClaim || found[0].Form != FormMarkdown || found[0].Where != "line 6" {
		t.Errorf("%v %v", err, found)
	}
	for change, want := range map[string]kez.Code{
		`"claim"`:        kez.EnvelopeTypeMismatch,
		`"github:alice"`: kez.IdentityInvalid,
		"{":              kez.JSONTrailingData,
	} {
		broken := strings.Replace(exampleClaim, change, map[bool]string{true: "", false: `"x\n"`}[change == "{"], 1)
		if _, err := FormatMarkdown([]byte(broken)); !errors.Is(err, want) {
			t.Errorf("%s: %v", change, err)
		}
	}
}
