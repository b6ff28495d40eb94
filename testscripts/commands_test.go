package testscripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// commands are what the scripts can say besides testscript's own words.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":   exits,
	"code":    code,
	"jsoncmp": jsonCompare,
	"clock":   clock,
	"mode":    mode,
	"save":    save,
	"verdict": verdict,
	"shape":   shape,
	"example": example,
	"join":    join,
	"line":    line,
	"swap":    swap,
	"fill":    fill,
	"bytes":   writeBytes,
	"recode":  recode,
}

// exits N program args…: the program ends with exactly this code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit %d, want %d", got, want)
	}
}

// code CODE: the JSON on stdout carries this code, as a failure or a verdict.
// With "" a verdict without a code is meant.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: code CODE")
	}
	out := oneObject(ts)
	got, isFailure := out["error"]
	if !isFailure {
		got = out["code"]
	}
	if got != args[0] {
		ts.Fatalf("code %#v, want %q", got, args[0])
	}
	if _, verdict := out["status"]; isFailure && (verdict || kindOf(out["message"]) != "string" || kindOf(out["hint"]) != "string") {
		ts.Fatalf("a failure has a message and a hint, and no status")
	}
}

// verdict STATUS [CODE]: the JSON on stdout is a verdict with this status and
// this code, or none.
func verdict(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: verdict STATUS [CODE]")
	}
	want := append(args, "")[1]
	if out := oneObject(ts); out["status"] != args[0] || out["code"] != want {
		ts.Fatalf("status %#v with the code %#v, want %q with %q", out["status"], out["code"], args[0], want)
	}
}

// oneObject reads stdout, which must be one line with one JSON object.
func oneObject(ts *testscript.TestScript) map[string]any {
	text := ts.ReadFile("stdout")
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		ts.Fatalf("stdout is not one line: %q", text)
	}
	var out map[string]any
	if err := decode(text, &out); err != nil {
		ts.Fatalf("stdout is not one JSON object: %v", err)
	}
	return out
}

// jsoncmp FILE: every member of the JSON in FILE stands with the same value in
// stdout; members that FILE does not name are free, also in objects of lists.
// Variables in FILE are replaced.
func jsonCompare(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: jsoncmp FILE")
	}
	var want any
	ts.Check(decode(os.Expand(ts.ReadFile(args[0]), ts.Getenv), &want))
	if where := differ(want, oneObject(ts), "$"); where != "" {
		ts.Fatalf("%s", where)
	}
}

func decode(text string, v any) error {
	d := json.NewDecoder(bytes.NewBufferString(text))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one value")
	}
	return nil
}

func differ(want, got any, path string) string {
	if list, isList := want.([]any); isList {
		elements, _ := got.([]any)
		if len(list) != len(elements) {
			return fmt.Sprintf("%s has %d elements, want %d: %v", path, len(elements), len(list), got)
		}
		for i := range list {
			if where := differ(list[i], elements[i], fmt.Sprintf("%s[%d]", path, i)); where != "" {
				return where
			}
		}
		return ""
	}
	members, isObject := want.(map[string]any)
	if !isObject {
		if !reflect.DeepEqual(want, got) {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
		return ""
	}
	object, _ := got.(map[string]any)
	for name, value := range members {
		if where := differ(value, object[name], path+"."+name); where != "" {
			return where
		}
	}
	return ""
}

// clock TIME: the time that the programs judge by from here on.
func clock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock TIME")
	}
	ts.Setenv("KEZ_NOW", args[0])
}

// mode OCTAL PATH: the permissions of a file or folder.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL PATH")
	}
	info, err := os.Lstat(ts.MkAbs(args[1]))
	ts.Check(err)
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	if got := info.Mode().Perm(); got != fs.FileMode(want) {
		ts.Fatalf("%s has mode %o, want %o", args[1], got, want)
	}
}

// save VARIABLE MEMBER: puts a member of the JSON on stdout into a variable;
// save VARIABLE takes stdout as it is, trimmed.
func save(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: save VARIABLE [MEMBER]")
	}
	text := strings.TrimSpace(ts.ReadFile("stdout"))
	if len(args) == 2 {
		text = strings.TrimSpace(fmt.Sprint(oneObject(ts)[args[1]]))
	}
	ts.Setenv(args[0], text)
}
