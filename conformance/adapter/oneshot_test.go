//go:build unix

package adapter

import (
	"context"
	"strings"
	"testing"
	"time"
)

// One process a request: what each way to be wrong is called.
func TestOneShot(t *testing.T) {
	const hello = `{"protocol":1,"name":"sh","version":"0","ops":["identity.parse"]}`
	for _, tt := range []struct{ name, answer, says string }{
		{"right", `echo '{"seq":1,"accept":{}}'`, ""},
		{"no newline", `printf '{"seq":1,"accept":{}}'`, ""},
		{"blank lines around", `echo; echo '{"seq":1,"accept":{}}'; echo`, ""},
		{"silent", `:`, "wrote no answer"},
		{"two lines", `echo '{"seq":1,"accept":{}}'; echo done`, "more than one line"},
		{"garbage", `echo Hello`, "not the promised JSON"},
		{"another seq", `echo '{"seq":2,"accept":{}}'`, "has seq 2"},
		{"a failure", `echo '{"seq":1,"accept":{}}'; echo oh >&2; exit 3`, `exit code 3; standard error: "oh"`},
		{"a signal", `kill -9 $$`, "signal: killed"},
		{"a hang", `sleep 30`, "did not end in time"},
		{"a child that holds the output", `sleep 30 & echo '{"seq":1,"accept":{}}'`, "a process that it started still holds its output open"},
		{"a flood of errors", `yes oh | head -c 2000000 >&2`, "to standard error"},
		{"input not read", `exec <&-; echo '{"seq":1,"accept":{}}'`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script := `read -r line; case "$line" in *'"hello"'*) echo '` + hello + `';; *) ` + tt.answer + `;; esac`
			s, err := StartOneShot(context.Background(), Command{Args: []string{"sh", "-c", script}})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if tt.name == "a hang" {
				ctx, cancel = context.WithTimeout(context.Background(), 300*time.Millisecond)
				defer cancel()
			}
			_, err = s.Run(ctx, Request{Op: "identity.parse"})
			switch {
			case tt.says == "" && err != nil:
				t.Error(err)
			case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)):
				t.Errorf("error %v, want %q", err, tt.says)
			}
		})
	}
}
