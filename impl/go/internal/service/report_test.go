package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

// KEZ-ERR-026: the programs of servers end with the number of the code's row.
func TestReportFollowsTheRegistry(t *testing.T) {
	for _, code := range kez.Codes() {
		var errs strings.Builder
		env := Env{Context: context.Background(), Stderr: &errs}
		err := fmt.Errorf("outer: %w", kez.Errorf(code, "what is wrong").WithHint("what to do"))
		if got, want := env.Report("program", err), kez.ExitOf(code); got != want {
			t.Errorf("%s: exit %d, want %d", code, got, want)
		}
		if errs.String() != "program: error: outer: what is wrong\nprogram: hint: what to do\n" {
			t.Errorf("%s: %q", code, errs.String())
		}
	}
	var errs strings.Builder
	if got := (Env{Stderr: &errs}).Report("program", errors.New("no code")); got != ExitFailed {
		t.Errorf("an error without a code: exit %d", got)
	}
	if got := kez.ExitOf(kez.CLIFile); got != 3 {
		t.Errorf("cli.file: exit %d, want 3", got)
	}
}
