package testscripts

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"kez.lat/kez/spec"
)

// example NAME FILE: writes an example of the specification into a file.
func example(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: example NAME FILE")
	}
	e, ok := spec.FindExample(args[0])
	if !ok {
		ts.Fatalf("the specification has no example %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(e.Text), 0o600))
}

// join OUT FILE...: writes one file after another into a new one.
func join(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: join OUT FILE...")
	}
	var all string
	for _, name := range args[1:] {
		all += ts.ReadFile(name)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(all), 0o600))
}

// line N IN OUT: writes the line of that number, counted from 1, with its
// newline.
func line(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: line N IN OUT")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	lines := strings.SplitAfter(ts.ReadFile(args[1]), "\n")
	if n < 1 || n > len(lines) {
		ts.Fatalf("%s has no line %d", args[1], n)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(lines[n-1]), 0o600))
}

// swap FILE OLD NEW: replaces the only OLD in a file. Both may hold the escapes
// of Go strings, such as \n and \x00.
func swap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: swap FILE OLD NEW")
	}
	old, replacement := unescape(ts, args[1]), unescape(ts, args[2])
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, old); n != 1 {
		ts.Fatalf("%s holds %q %d times, want once", args[0], old, n)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, old, replacement, 1)), 0o600))
}

func unescape(ts *testscript.TestScript, text string) string {
	plain, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	ts.Check(err)
	return plain
}

// fill FILE SIZE TEXT: writes TEXT over and over up to SIZE bytes.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill FILE SIZE TEXT")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := unescape(ts, args[2])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(text, size/len(text)+1)[:size]), 0o600))
}

// bytes FILE HEX: writes a file of these bytes.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE HEX")
	}
	data, err := hex.DecodeString(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// recode FORM IN OUT: writes a text again as bom, crlf, utf16le, utf16be or
// nul (with NUL bytes after it), as some editors do.
func recode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: recode FORM IN OUT")
	}
	text := ts.ReadFile(args[1])
	var out []byte
	switch args[0] {
	case "bom":
		out = []byte("\xef\xbb\xbf" + text)
	case "crlf":
		out = []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	case "nul":
		out = append([]byte(text), make([]byte, 512)...)
	case "utf16le", "utf16be":
		little := args[0] == "utf16le"
		for _, r := range "\ufeff" + text { // the texts are ASCII
			high, low := byte(r>>8), byte(r)
			if little {
				high, low = low, high
			}
			out = append(out, high, low)
		}
	default:
		ts.Fatalf("no form %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), out, 0o600))
}

// shape FILE: the JSON on stdout has every member that the object in FILE
// names, of the type it gives: "string", "integer", "boolean", "array" or
// "object", or in turn an object or a list with the shape of its elements.
func shape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shape FILE")
	}
	var want any
	ts.Check(decode(ts.ReadFile(args[0]), &want))
	if where := misshapen(want, oneObject(ts), "$"); where != "" {
		ts.Fatalf("%s", where)
	}
}

func misshapen(want, got any, path string) string {
	switch want := want.(type) {
	case string:
		if kind := kindOf(got); kind != want {
			return fmt.Sprintf("%s is of type %s, want %s", path, kind, want)
		}
	case []any:
		list, ok := got.([]any)
		if !ok {
			return fmt.Sprintf("%s is of type %s, want array", path, kindOf(got))
		}
		for i, element := range list {
			if where := misshapen(want[0], element, fmt.Sprintf("%s[%d]", path, i)); where != "" {
				return where
			}
		}
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is of type %s, want object", path, kindOf(got))
		}
		for name, member := range want {
			value, present := object[name]
			if !present {
				return fmt.Sprintf("%s.%s is absent", path, name)
			}
			if where := misshapen(member, value, path+"."+name); where != "" {
				return where
			}
		}
	}
	return ""
}

func kindOf(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if _, err := v.Int64(); err == nil {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}
