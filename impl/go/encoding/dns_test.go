package encoding

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/kez"
)

func TestReadTXT(t *testing.T) {
	short, upper := exampleShort, strings.ToUpper(exampleShort[7:])
	inner := func(code, cause kez.Code) [2]kez.Code { return [2]kez.Code{code, cause} }
	for name, c := range map[string]struct {
		text string
		want [2]kez.Code
		says string
	}{
		"short":            {short, inner("", ""), ""},
		"compact":          {exampleCompact, inner("", ""), ""},
		"JSON":             {exampleClaim, inner("", ""), ""},
		"trimmed":          {" " + short + "\n", inner("", ""), ""},
		"quotes":           {`"` + short + `"`, inner(kez.DNSCorrupt, kez.CompactPrefix), "quotes"},
		"escapes":          {`kez\:` + short[4:], inner(kez.DNSCorrupt, kez.CompactPrefix), "escapes"},
		"spaces":           {short[:50] + " " + short[50:], inner(kez.DNSCorrupt, kez.ShortMalformed), "spaces"},
		"other script":     {short[:50] + "é" + short[50:], inner(kez.DNSCorrupt, kez.ShortMalformed), "ASCII"},
		"order":            {short[50:] + short[:50], inner(kez.DNSCorrupt, kez.CompactPrefix), "start"},
		"lower case":       {strings.ToLower(short), inner(kez.DNSCorrupt, kez.ShortMalformed), "case"},
		"upper case":       {"KEZ:B1:" + upper, inner(kez.DNSCorrupt, kez.CompactPrefix), "case"},
		"cut":              {exampleCompact[:239], inner(kez.DNSCorrupt, kez.CompactTruncated), "cut off"},
		"checksum":         {framed("\x28\xb5\x2f\xfd\x04\x00\x19\x00\x00abcabcd"), inner(kez.DNSCorrupt, kez.CompactChecksum), "checksum"},
		"unknown word":     {"kez:zd1:AA", inner(kez.CompactPrefixUnknown, ""), ""},
		"empty":            {"kez:z1:", inner(kez.InputEmpty, ""), ""},
		"nothing inside":   {bundled(compactPrefix, " "), inner(kez.InputEmpty, ""), ""},
		"bundle":           {"kez:zc1:AA", inner(kez.EnvelopeTypeMismatch, ""), ""},
		"low order":        {shortBytes(t, 2, strings.Repeat("\x00", 98)+"github:a"), inner(kez.KeyLowOrder, ""), ""},
		"too large":        {short + strings.Repeat("A", MaxTXT), inner(kez.DNSTooLarge, ""), ""},
		"too large, other": {strings.Repeat("x", MaxTXT+1), inner(kez.DNSTooLarge, ""), ""},
	} {
		found, err := ReadTXT([][]string{{"v=spf1 -all"}, FormatTXT(c.text)})
		if err != nil || len(found) != 1 || found[0].Where != "record 2" || found[0].Form != FormDNS {
			t.Errorf("%s: %v %v", name, err, found)
			continue
		}
		e, _ := errors.AsType[*kez.Error](found[0].Err)
		if e == nil {
			e = &kez.Error{}
		}
		if e.Code != c.want[0] || e.Cause != c.want[1] || !strings.Contains(e.Message, c.says) || (e.Code == "") != (found[0].JSON != nil) {
			t.Errorf("%s: %s, cause %s, %q, want %v", name, e.Code, e.Cause, e.Message, c.want)
		}
	}
	if _, err := ReadTXT([][]string{{"v=spf1"}, nil, {""}}); !errors.Is(err, kez.ProofNoProof) {
		t.Error(err)
	}
	if _, err := ReadTXT(slices.Repeat([][]string{{short}}, MaxRecords+1)); !errors.Is(err, kez.DNSTooLarge) {
		t.Error(err)
	}
	if found, err := ReadTXT(slices.Repeat([][]string{{short}}, MaxRecords)); err != nil || len(found) != MaxRecords {
		t.Error(len(found), err)
	}
}

func TestFormatZone(t *testing.T) {
	want := `_kez.alice.example. 3600 IN TXT "` + exampleCompact[:255] + `" "` + exampleCompact[255:] + "\"\n"
	if got := FormatZone("alice.example", exampleCompact); got != want {
		t.Error(got)
	}
	for _, token := range []string{exampleShort, exampleCompact, strings.Repeat(`\"`, 300), "", strings.Repeat("x", 255), strings.Repeat("x", 256)} {
		domain, records, err := ZoneRecords([]byte(FormatZone("alice.example", token)))
		if err != nil || domain != "alice.example" || len(records) != 1 || strings.Join(records[0], "") != token {
			t.Errorf("%.20q: %v %s %q", token, err, domain, records)
		}
	}
}

func TestZoneRecords(t *testing.T) {
	for text, want := range map[string]struct {
		domain  string
		records []string
		code    kez.Code
	}{
		"_kez.a.example. 60 IN TXT \"x\" \"y\"":                            {"a.example", []string{"xy"}, ""},
		"_KEZ.A.Example 60 TXT x ; comment\n_kez.a.example. TXT \"\\\"y\"": {"a.example", []string{"x", `"y`}, ""},
		"$ORIGIN a.example.\n_kez IN TXT ( \"x\"\n ; here\n \"y\" )\n":     {"a.example", []string{"xy"}, ""},
		"$TTL 5\n_kez.a.example. TXT \"\\107ez\\; \\\\\"\n":                {"a.example", []string{`kez; \`}, ""},
		"@ 5 SOA a. b. 1 2 3 4 5\na.b. A 1.2.3.4\n_kez.a.example. TXT x":   {"a.example", []string{"x"}, ""},
		"_kez.a.example. TXT x\n  TXT y\n":                                 {"a.example", []string{"x", "y"}, ""},
		"_kez.a.example. TXT x\n_kez.b.example. TXT y\n":                   {"a.example", []string{"x"}, ""},
		"_kez.a.example. A 1.2.3.4":                                        {"", nil, kez.ProofNoProof},
		"a.example. TXT x":                                                 {"", nil, kez.ProofNoProof},
		" \n":                                                              {"", nil, kez.InputEmpty},
		"_kez.a.example. TXT \"x":                                          {"", nil, kez.DNSCorrupt},
		"_kez.a.example. NOTYPE x":                                         {"", nil, kez.DNSCorrupt},
		"$INCLUDE /etc/passwd":                                             {"", nil, kez.DNSCorrupt},
		"$GENERATE 1-65535 a$ TXT x":                                       {"", nil, kez.DNSCorrupt},
		"_kez.a.example. TXT " + strings.Repeat("x", MaxText):              {"", nil, kez.InputTooLarge},
	} {
		domain, records, err := ZoneRecords([]byte(text))
		var joined []string
		for _, list := range records {
			joined = append(joined, strings.Join(list, ""))
		}
		if kez.CodeOf(err) != want.code || domain != want.domain || !slices.Equal(joined, want.records) {
			t.Errorf("%.50q: %v %q %q", text, err, domain, joined)
		}
	}
	many, records, err := ZoneRecords([]byte(strings.Repeat("_kez.a.example. TXT x\n", 100)))
	if err != nil || many != "a.example" {
		t.Error(err)
	}
	if _, err := ReadTXT(records); !errors.Is(err, kez.DNSTooLarge) {
		t.Error(err)
	}
}
