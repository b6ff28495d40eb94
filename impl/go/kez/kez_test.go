package kez_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/impl/go/kez"
)

func TestErrorCarriesItsCode(t *testing.T) {
	inner := kez.Errorf(kez.CompactBase64, "bad base64 at byte %d", 3)
	err := kez.Errorf(kez.DNSCorrupt, "record: %w", fs.ErrNotExist).WithHint("try %s", "again").AtLine(4).WithCause(inner)
	wrapped := fmt.Errorf("outer: %w", err)
	for _, target := range []error{kez.DNSCorrupt, kez.CompactBase64} {
		if !errors.Is(wrapped, target) {
			t.Errorf("errors.Is(%v)", target)
		}
	}
	if errors.Is(wrapped, kez.InputEmpty) || errors.Is(kez.InputEmpty, kez.DNSCorrupt) {
		t.Error("another code matches")
	}
	if !errors.Is(kez.Errorf(kez.CLIFile, "file: %w", fs.ErrNotExist), fs.ErrNotExist) {
		t.Error("the wrapped error is lost")
	}
	if kez.CodeOf(wrapped) != kez.DNSCorrupt || kez.CodeOf(errors.New("x")) != "" || kez.CodeOf(nil) != "" {
		t.Error("CodeOf")
	}
	if err.Cause != kez.CompactBase64 || err.At != 4 || err.Hint != "try again" || err.Error() != "record: file does not exist" {
		t.Errorf("%#v", err)
	}
}

func TestRegistryHasNoDoubles(t *testing.T) {
	codes := kez.Codes()
	sorted := slices.Sorted(slices.Values(codes))
	if len(slices.Compact(sorted)) != len(codes) {
		t.Error("a code stands twice")
	}
	for _, code := range codes {
		family, name, _ := strings.Cut(string(code), ".")
		if family == "" || name == "" || strings.Trim(string(code), "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" {
			t.Errorf("%q is no code", code)
		}
	}
}

func TestStatusAndExit(t *testing.T) {
	for _, test := range []struct {
		code     kez.Code
		searched bool
		status   kez.Status
		exit     int
	}{
		{"", false, kez.Valid, 0},
		{kez.ChannelUnreachable, true, kez.Unreachable, 3},
		{kez.ChannelRateLimited, true, kez.Unreachable, 3},
		{kez.ChannelBadContent, true, kez.Unreachable, 3},
		{kez.ChannelTooLarge, true, kez.Unreachable, 3},
		{kez.SigchainRollback, true, kez.Unreachable, 3},
		{kez.CLIFile, false, kez.Unreachable, 3},
		{kez.ChannelNotFound, true, kez.NotFound, 1},
		{kez.ChannelAccountMissing, true, kez.NotFound, 1},
		{kez.ProofNoProof, true, kez.NotFound, 1},
		{kez.MarkdownNoFence, true, kez.NotFound, 1},
		{kez.MarkdownNoFence, false, kez.Invalid, 1},
		{kez.InputEmpty, true, kez.NotFound, 1},
		{kez.InputEmpty, false, kez.Invalid, 1},
		{kez.ChannelSubjectMismatch, true, kez.SubjectMismatch, 1},
		{kez.ChannelOwnerMismatch, true, kez.SubjectMismatch, 1},
		{kez.SigchainFork, true, kez.Fork, 1},
		{kez.ClaimRevoked, true, kez.Revoked, 1},
		{kez.ClaimExpired, true, kez.Expired, 1},
		{kez.ChannelCorrupt, true, kez.Invalid, 1},
		{kez.ProofAmbiguous, true, kez.Invalid, 1},
		{kez.SignatureInvalid, false, kez.Invalid, 1},
		{kez.KeyLowOrder, false, kez.Invalid, 1},
		{kez.IdentityInvalid, false, kez.Invalid, 1},
	} {
		status, ok := kez.StatusOf(test.code, test.searched)
		if !ok || status != test.status || status.Exit() != test.exit {
			t.Errorf("%s, searched %t: %s, exit %d, want %s, %d", test.code, test.searched, status, status.Exit(), test.status, test.exit)
		}
	}
	for _, code := range []kez.Code{kez.CLIUsage, kez.ChannelUnknownSystem} {
		if status, ok := kez.StatusOf(code, true); ok {
			t.Errorf("%s is %s, and it is no verdict", code, status)
		}
	}
}

func TestParseTime(t *testing.T) {
	second := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-06-01T12:00:00Z":           second,
		"2026-06-01T12:00:00.1Z":         second.Add(100 * time.Millisecond),
		"2026-06-01T12:00:00.000000001Z": second.Add(1),
		"2026-06-01T14:30:00+02:30":      second,
		"2026-05-31T12:01:00-23:59":      second,
		"2026-06-01T12:00:00-00:00":      second,
		"1970-01-01T00:00:00Z":           time.Unix(0, 0),
		"1970-01-01T00:00:00+23:59":      time.Unix(-86340, 0), // the year rule is about the written year
		"2024-02-29T00:00:00Z":           time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		"9999-12-31T23:59:59Z":           time.Unix(kez.MaxUnix, 0),
	} {
		if got, ok := kez.ParseTime(text); !ok || !got.Equal(want) {
			t.Errorf("%s: %v, %t", text, got, ok)
		}
	}
	for _, text := range []string{
		"", "2026-06-01", "2026-06-01T12:00Z", "2026-06-01T12:00:00", "2026-06-01 12:00:00Z", "2026-06-01t12:00:00Z", "2026-06-01T12:00:00z",
		"2026-06-01T12:00:60Z", "2026-06-01T24:00:00Z", "2026-06-01T12:60:00Z", "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z",
		"2026-02-29T00:00:00Z", "2026-06-31T00:00:00Z", "2026-06-00T00:00:00Z", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59-23:00",
		"2026-06-01T12:00:00.Z", "2026-06-01T12:00:00.0000000000Z", "2026-06-01T12:00:00,5Z", "2026-06-01T12:00:00+24:00",
		"2026-06-01T12:00:00+02:60", "2026-06-01T12:00:00+0230", "2026-06-01T12:00:00+02", "2026-06-01T12:00:00Z ", " 2026-06-01T12:00:00Z",
		"2026-6-01T12:00:00Z", "+2026-06-01T12:00:00Z", "12026-06-01T12:00:00Z", "２026-06-01T12:00:00Z", "2026-06-01T12:00:00ZZ",
		"2026-06-01T12:00:00.5", "2026-06-01T12:00:00\u221202:00",
	} {
		if got, ok := kez.ParseTime(text); ok {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
	if got := kez.FormatTime(time.Date(2026, 6, 1, 14, 0, 0, 999, time.FixedZone("", 7200))); got != "2026-06-01T12:00:00Z" {
		t.Error(got)
	}
}

// The clock of a reader's machine must not change what a written time means.
func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{"2026-06-01T12:00:00Z", "2026-06-01T12:00:00.123456789+23:59", "1970-01-01T00:00:00-00:00", "2026-02-29T00:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := kez.ParseTime(text)
		if !ok {
			return
		}
		want, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || !want.Equal(got) {
			t.Fatalf("%q: %v, the library says %v, %v", text, got, want, err)
		}
	})
}

func TestIdentityAsJSON(t *testing.T) {
	id, err := kez.ParseTyped("Mastodon:@Alice@Social.Test.")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"id": id, "none": kez.Identity{}})
	if err != nil || string(text) != `{"id":"ap:alice@social.test","none":""}` {
		t.Errorf("%s, %v", text, err)
	}
	signed, err := kez.ParseSigned("mastodon:alice@social.test")
	if err != nil || signed.String() != "mastodon:alice@social.test" || !signed.Same(id) || signed == id || signed.Canonical() != id {
		t.Errorf("%v, %v", signed, err)
	}
}
