package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"kez.lat/kez/impl/go/kez"
)

// failure is what --json prints for anything that is no verdict.
type failure struct {
	Error   kez.Code `json:"error"`
	Message string   `json:"message"`
	Hint    string   `json:"hint"`
}

// printJSON prints one object on one line, keeping <, > and & readable.
func (a *app) printJSON(v any) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		a.writeErr = err
		return
	}
	a.print(escapeControls(buffer.String()))
}

// print writes to standard output and remembers the first failure, so that a
// full disk or a closed pipe never looks like success.
func (a *app) print(text string) {
	if a.writeErr != nil {
		return
	}
	_, a.writeErr = io.WriteString(a.env.Stdout, text)
}

func (a *app) printf(format string, args ...any) { a.print(fmt.Sprintf(format, args...)) }

// warn writes one line of diagnosis.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.env.Stderr, "kez: warning: %s\n", plain(fmt.Sprintf(format, args...)))
}

func (a *app) note(format string, args ...any) {
	fmt.Fprintf(a.env.Stderr, "kez: %s\n", plain(fmt.Sprintf(format, args...)))
}

// report tells a failure that is no verdict, and gives its exit code. Where
// standard output fails, standard error has to do for --json too.
func (a *app) report(err error) int {
	f := failure{Error: kez.CLIUsage, Message: err.Error()}
	exit := kez.ExitUsage
	if e, ok := errors.AsType[*kez.Error](err); ok {
		f = failure{e.Code, e.Message, e.Hint}
		if e.At > 0 {
			f.Message = fmt.Sprintf("line %d: %s", e.At, e.Message)
		}
		exit = kez.ExitOf(e.Code)
	}
	if _, usage := errors.AsType[usageError](err); usage {
		exit = kez.ExitUsage
	}
	if a.json {
		a.printJSON(f)
		if a.writeErr == nil {
			return exit
		}
	}
	fmt.Fprintf(a.env.Stderr, "kez: error: %s\n", plain(f.Message))
	if f.Hint != "" {
		fmt.Fprintf(a.env.Stderr, "kez: hint: %s\n", plain(f.Hint))
	}
	return exit
}

// usageError marks the error of an argument: whatever its code, the command
// line is wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) *kez.Error {
	return kez.Errorf(kez.CLIUsage, format, args...)
}

// plain makes text fit for a terminal and for one line: control characters,
// bidirectional controls and other invisible ones are shown as escapes.
func plain(s string) string {
	if strings.IndexFunc(s, hostile) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(r)):
			fmt.Fprintf(&b, `\x%02x`, s[i]) // no UTF-8: a file name can hold any bytes
		case hostile(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hostile reports whether a character could change how a terminal shows others.
func hostile(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// escapeControls replaces what encoding/json lets through, DEL and the
// bidirectional controls among it, by JSON escapes; the value stays the same.
func escapeControls(s string) string {
	body, newline := strings.CutSuffix(s, "\n")
	if strings.IndexFunc(body, hostile) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range body {
		switch {
		case !hostile(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	if newline {
		b.WriteByte('\n')
	}
	return b.String()
}
