package encoding

import (
	"errors"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

func example(t *testing.T) Short {
	t.Helper()
	s, err := DecodeShort([]byte(exampleShort))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shortBytes gives the bytes of the example with everything from offset on
// replaced.
func shortBytes(t *testing.T, offset int, tail string) string {
	t.Helper()
	data, err := decodeBase64(exampleShort[len(shortPrefix):])
	if err != nil {
		t.Fatal(err)
	}
	return encodeBase64(shortPrefix, append(data[:offset:offset], tail...))
}

func TestShortFields(t *testing.T) {
	s := example(t)
	if s.CreatedAt != 1767323045 || s.ExpiresAt != 0 || s.Subject != "github:alice" ||
		s.Key.String() != "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29" {
		t.Errorf("%+v", s)
	}
	for tail, want := range map[string]kez.Code{
		"\x00\x00x":                            "",
		"\xff\x82\xd1\xff\xaf\x07\x00x":        "", // 253402300799
		"\xfe\x82\xd1\xff\xaf\x07\x01x":        "",
		"\x80\x83\xd1\xff\xaf\x07\x00x":        kez.ShortMalformed, // one second more
		"\xff\x82\xd1\xff\xaf\x07\x01x":        kez.ShortMalformed, // as a sum
		"\x80\x00\x00x":                        kez.ShortMalformed, // not minimal
		"\x00\x80\x00x":                        kez.ShortMalformed,
		"\x80\x80\x80\x80\x80\x80\x01\x00x":    kez.ShortMalformed, // seven bytes
		"\x80\x80\x80\x80\x80\x00\x00x":        kez.ShortMalformed,
		"":                                     kez.ShortMalformed,
		"\x80":                                 kez.ShortMalformed,
		"\x01":                                 kez.ShortMalformed,
		"\x01\x00":                             kez.ShortMalformed,
		"\x01\x00\xff":                         kez.ShortMalformed,
		"\x01\x00" + strings.Repeat("x", 3000): "",
	} {
		got, err := DecodeShort([]byte(shortBytes(t, shortFixed, tail)))
		if kez.CodeOf(err) != want {
			t.Errorf("%.20q: %v, want %s", tail, err, want)
			continue
		}
		if err != nil {
			continue
		}
		if again, err := EncodeShort(got); err != nil || again != shortBytes(t, shortFixed, tail) {
			t.Errorf("%.20q: written again %v %s", tail, err, again)
		}
	}
	rest := strings.Repeat("\x00", 64) + "\x00\x00"
	offCurve := "\x02" + strings.Repeat("\x00", 31)
	for text, want := range map[string]kez.Code{
		shortBytes(t, 0, "\x02"): kez.ShortMalformed,
		shortBytes(t, 1, "\x03"): kez.ShortMalformed,
		shortBytes(t, 50, ""):    kez.ShortMalformed,
		shortBytes(t, 97, ""):    kez.ShortMalformed,
		shortBytes(t, 2, strings.Repeat("\x00", 32)+rest+"github:a"):        kez.KeyLowOrder,
		shortBytes(t, 2, offCurve+rest+"github:a"):                          kez.KeyNotOnCurve,
		shortBytes(t, 2, offCurve+rest+"nothing"):                           kez.IdentityInvalid,
		shortBytes(t, 2, offCurve+rest+"github:A"):                          kez.IdentityNotCanonical,
		shortBytes(t, 1, "\x02"+strings.Repeat("\xff", 32)+rest+"github:a"): kez.KeyNotOnCurve,
		"kez:b1:A":     kez.ShortMalformed,
		"kez:b1:":      kez.InputEmpty,
		"KEZ:b1:AA":    kez.CompactPrefix,
		exampleCompact: kez.CompactPrefixUnknown,
	} {
		if _, err := DecodeShort([]byte(text)); kez.CodeOf(err) != want {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

func TestEncodeShortRefuses(t *testing.T) {
	good := example(t)
	github, err := kez.ParseSigned("github:alice")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Short){
		"no key":           func(s *Short) { s.Key = github },
		"no identity":      func(s *Short) { s.Key = kez.Identity{} },
		"before 1970":      func(s *Short) { s.CreatedAt = -1 },
		"after 9999":       func(s *Short) { s.CreatedAt = kez.MaxUnix + 1 },
		"expiry too late":  func(s *Short) { s.ExpiresAt = kez.MaxUnix + 1 },
		"expiry before":    func(s *Short) { s.ExpiresAt = s.CreatedAt },
		"expiry negative":  func(s *Short) { s.ExpiresAt = -5 },
		"no subject":       func(s *Short) { s.Subject = "" },
		"subject no UTF-8": func(s *Short) { s.Subject = "\xff" },
	} {
		s := good
		change(&s)
		if text, err := EncodeShort(s); !errors.Is(err, kez.ShortNotEncodable) {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
}

func TestShortOf(t *testing.T) {
	const key = "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
	created := `"created_at": "2026-01-02T03:04:05Z"`
	for name, c := range map[string]struct {
		old, new string
		code     kez.Code
	}{
		"expires":            {created, created + `, "expires_at": "2027-01-02T03:04:05Z"`, ""},
		"other spelling":     {`"github:alice"`, `"github:\u0061lice"`, ""},
		"other order":        {`"kez": "claim",`, `"signature2": 1, "kez": "claim",`, kez.ShortNotEncodable},
		"fraction":           {"05Z", "05.5Z", kez.ShortNotEncodable},
		"zero fraction":      {"05Z", "05.0Z", kez.ShortNotEncodable},
		"offset":             {"05Z", "05+01:00", kez.ShortNotEncodable},
		"offset before 1970": {"2026-01-02T03:04:05Z", "1970-01-01T00:00:00+01:00", kez.ShortNotEncodable},
		"zero offset":        {"05Z", "05+00:00", kez.ShortNotEncodable},
		"no time":            {"2026-01", "2026-13", kez.ShortNotEncodable},
		"expires first":      {created, created + `, "expires_at": "2026-01-02T03:04:05Z"`, kez.ShortNotEncodable},
		"expires no string":  {created, created + `, "expires_at": null`, kez.ShortNotEncodable},
		"expires, fraction":  {created, created + `, "expires_at": "2027-01-02T03:04:05.5Z"`, kez.ShortNotEncodable},
		"extra member":       {created, created + `, "x": 1`, kez.ShortNotEncodable},
		"version":            {`"version": 1`, `"version": 2`, kez.ShortNotEncodable},
		"event":              {`"claim"`, `"sigchain_event"`, kez.ShortNotEncodable},
		"device":             {`"key": "ed25519:3b`, `"key": "ed25519:3c`, kez.ShortNotEncodable},
		"upper-case hex":     {"df54fb", "DF54FB", kez.ShortNotEncodable},
		"short signature":    {"df54fb", "df54", kez.ShortNotEncodable},
		"no subject":         {`"subject": "github:alice",`, "", kez.ShortNotEncodable},
		"primary":            {`"primary": "` + key, `"primary": "github:alice`, kez.ShortNotEncodable},
		"bad primary":        {`"primary": "` + key, `"primary": "x`, kez.IdentityInvalid},
		"no JSON":            {"{", "", kez.JSONTrailingData},
		"two members":        {`"version": 1`, `"version": 1, "version": 1`, kez.JSONDuplicateMember},
	} {
		text := strings.Replace(exampleClaim, c.old, c.new, 1)
		if text == exampleClaim {
			t.Fatal(name)
		}
		s, err := ShortOf([]byte(text))
		if kez.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if err != nil {
			continue
		}
		expanded, err := ExpandShort(s)
		if err != nil || canonical(t, expanded) != canonical(t, []byte(text)) {
			t.Errorf("%s: %v %s", name, err, expanded)
		}
	}
}
