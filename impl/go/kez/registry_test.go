package kez_test

import (
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/spec"
)

// TestRegistryIsTheSpec holds the constants, statuses and exit codes against
// the table of spec/errors.md. [KEZ-ERR-001] [KEZ-ERR-029]
// [KEZ-ERR-030] [KEZ-CLI-016]
func TestRegistryIsTheSpec(t *testing.T) {
	ours := map[kez.Code]bool{}
	for _, code := range kez.Codes() {
		if ours[code] {
			t.Errorf("%s stands twice", code)
		}
		ours[code] = true
	}
	for _, row := range spec.Codes() {
		code := kez.Code(row.Code)
		if !ours[code] {
			t.Errorf("%s is missing", code)
			continue
		}
		delete(ours, code)
		status, _ := kez.StatusOf(code, false)
		if searched, _ := kez.StatusOf(code, true); string(status) != row.Status && string(searched) != row.Status {
			t.Errorf("%s: status %q, the spec says %q", code, status, row.Status)
		}
		if got := kez.ExitOf(code); got != row.Exit {
			t.Errorf("%s: exit %d, the spec says %d", code, got, row.Exit)
		}
		want := row.HTTP
		if want == 0 {
			want = 500 // KEZ-ERR-030
		}
		if got := kez.HTTPStatusOf(code); got != want {
			t.Errorf("%s: HTTP status %d, the spec says %d", code, got, want)
		}
	}
	for code := range ours {
		t.Errorf("%s is not in the spec", code)
	}
}
