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
		owner, records := zoneRecords([]byte(FormatZone("alice.example", token)))
		if owner != "_kez.alice.example." || len(records) != 1 || string(records[0].text) != token || records[0].fault != nil {
			t.Errorf("%.20q: %s %v", token, owner, records)
		}
	}
}

func TestZoneRecords(t *testing.T) {
	for text, want := range map[string]struct {
		owner   string
		records []string // with an exclamation mark where the line is at fault
	}{
		"_kez.a.example. 60 IN TXT \"x\" \"y\"":                            {"_kez.a.example.", []string{"xy"}},
		"_KEZ.A.Example 60 TXT x ; comment\n_kez.a.example. TXT \"\\\"y\"": {"_kez.a.example.", []string{"x", `"y`}},
		"$ORIGIN a.example.\n_kez IN TXT ( \"x\"\n ; here )\n \"y\" )\n":   {"_kez.a.example.", []string{"xy"}},
		"$origin example.\n$ORIGIN a\n_kez.b TXT x":                        {"_kez.b.a.example.", []string{"x"}},
		"$TTL 5\n_kez.a.example. TXT \"\\107ez\\; \\\\\"\n":                {"_kez.a.example.", []string{`kez; \`}},
		"@ 5 SOA a. b. 1 2 3 4 5\na.b. A 1.2.3.4\n_kez.a.example. TXT x":   {"_kez.a.example.", []string{"x"}},
		"_kez.a.example. TXT x\n  TXT y\n":                                 {"_kez.a.example.", []string{"x", "y"}},
		"_kez.a.example. TXT x\nb. A 1\n  TXT y\n":                         {"_kez.a.example.", []string{"x"}},
		"$ORIGIN _kez.a.example.\n@ TXT x\r\n":                             {"_kez.a.example.", []string{"x"}},
		"_kez.a.example. TXT x\n_kez.b.example. TXT y\n":                   {"_kez.a.example.", []string{"x"}},
		"_kez.a.example. 1h in txt x 60 IN TXT":                            {"_kez.a.example.", []string{"x60INTXT"}},
		"_kez.a.example. A 1.2.3.4":                                        {},
		"_kez.a.example. NOTYPE x":                                         {},
		"_kez.a.example. \"TXT\" x":                                        {},
		"a.example. TXT x":                                                 {},
		"_kez. TXT x\n_kez TXT x":                                          {},
		"_kez.a.example. 3600 CH TXT x":                                    {},
		"_\u212aez.a.example. TXT x":                                       {},
		"$INCLUDE /etc/passwd":                                             {},
		"$GENERATE 1-65535 _kez.a$ TXT x":                                  {},
		"; see $generate\n_kez.a.example. TXT x":                           {"_kez.a.example.", []string{"x"}},
		// What is foreign hides nothing.
		"a.b. 3600 IN ALIAS x.y.\n_kez.a.example. TXT x":   {"_kez.a.example.", []string{"x"}},
		"_kez.a.example. TXT x\na.b. A 1.2.3\n":            {"_kez.a.example.", []string{"x"}},
		"a.b. TXT \"open\n_kez.a.example. TXT x":           {"_kez.a.example.", []string{"x"}},
		"a.b. TXT ( open\n_kez.a.example. TXT x\n( (\n":    {"_kez.a.example.", []string{"x"}},
		"a.b. TXT \"(\" ; (\n_kez.a.example. TXT x":        {"_kez.a.example.", []string{"x"}},
		"a.b. TXT \\( \\\" )\n_kez.a.example. TXT x":       {"_kez.a.example.", []string{"x"}},
		"_kez.a.example. TXT \"x\n_kez.a.example. TXT y":   {"_kez.a.example.", []string{"!", "y"}},
		"_kez.a.example. TXT ( x\n_kez.a.example. TXT y\n": {"_kez.a.example.", []string{"!", "y"}},
		"_kez.a.example. TXT x )\n":                        {"_kez.a.example.", []string{"!"}},
	} {
		owner, records := zoneRecords([]byte(text))
		var got []string
		for _, record := range records {
			value := string(record.text)
			if record.fault != nil {
				value = "!"
			}
			got = append(got, value)
		}
		if owner != want.owner || !slices.Equal(got, want.records) {
			t.Errorf("%.60q: %q %q", text, owner, got)
		}
	}
}

func TestScanZone(t *testing.T) {
	good := FormatZone("a.example", exampleShort)
	for text, want := range map[string]struct {
		domain string
		code   kez.Code
		found  []outcome
	}{
		good: {"a.example", "", []outcome{{"", "line 1"}}},
		"a.b. IN ALIAS x.\n" + good + "a.b. A 1.2\n":          {"a.example", "", []outcome{{"", "line 2"}}},
		"x. SOA ( 1\n 2 )\n\n" + good:                         {"a.example", "", []outcome{{"", "line 4"}}},
		"_kez.a.example. TXT \"kez:b1:\n" + good:              {"a.example", "", []outcome{{kez.DNSCorrupt, "line 1"}, {"", "line 2"}}},
		"_kez.a.example. TXT other\n":                         {"a.example", kez.ProofNoProof, nil},
		"_kez.a.example. A 1.2.3.4":                           {"", kez.ProofNoProof, nil},
		" \n":                                                 {"", kez.InputEmpty, nil},
		"_kez.a.example. TXT " + strings.Repeat("x", MaxText): {"", kez.InputTooLarge, nil},
		strings.Repeat(good, MaxRecords+1):                    {"a.example", kez.DNSTooLarge, nil},
	} {
		domain, found, err := ScanZone([]byte(text))
		if domain != want.domain {
			t.Errorf("%.60q: domain %q", text, domain)
		}
		checkScan(t, text[:min(len(text), 60)], found, err, want.code, want.found)
	}
}
