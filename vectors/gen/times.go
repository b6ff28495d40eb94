package gen

// timeText is a text that is or is not a time.
type timeText struct{ id, what, text, tags string }

var goodTimes = []timeText{
	{"utc", "UTC", "2026-01-02T03:04:05Z", "CLAIM-018"},
	{"fraction-1", "one digit of a fraction", "2026-01-02T03:04:05.1Z", "CLAIM-018"},
	{"fraction-9", "nine digits of a fraction", "2026-01-02T03:04:05.123456789Z", "CLAIM-018 CLAIM-025"},
	{"fraction-zeros", "a fraction of zeros", "2026-01-02T03:04:05.000Z", "CLAIM-018 CLAIM-025"},
	{"offset", "an offset", "2026-01-02T03:04:05+01:00", "CLAIM-018"},
	{"offset-zero", "+00:00", "2026-01-02T03:04:05+00:00", "CLAIM-018"},
	{"offset-minus-zero", "-00:00", "2026-01-02T03:04:05-00:00", "CLAIM-023"},
	{"offset-max", "+23:59", "2026-01-02T03:04:05+23:59", "CLAIM-023"},
	{"offset-min", "-23:59", "2026-01-02T03:04:05-23:59", "CLAIM-023"},
	{"fraction-offset", "a fraction and an offset", "2026-01-02T03:04:05.5-07:30", "CLAIM-018"},
	{"leap-day", "the leap day of 2024", "2024-02-29T23:59:59Z", "CLAIM-020"},
	{"leap-day-2000", "the leap day of 2000", "2000-02-29T00:00:00Z", "CLAIM-020"},
	{"last-second", "the last second of a day", "2025-12-31T23:59:59Z", "CLAIM-021"},
	{"epoch", "the first second of 1970", "1970-01-01T00:00:00Z", "CLAIM-022"},
	{"epoch-offset", "1970 as written, 1969 in UTC", "1970-01-01T00:00:00+01:00", "CLAIM-022"},
}

var badTimes = []timeText{
	{"lower-t", "a lower-case t", "2026-01-02t03:04:05Z", "CLAIM-019"},
	{"lower-z", "a lower-case z", "2026-01-02T03:04:05z", "CLAIM-019"},
	{"space", "a space for the T", "2026-01-02 03:04:05Z", "CLAIM-018"},
	{"no-offset", "no offset", "2026-01-02T03:04:05", "CLAIM-018"},
	{"no-seconds", "no seconds", "2026-01-02T03:04Z", "CLAIM-018"},
	{"date", "a date alone", "2026-01-02", "CLAIM-018"},
	{"fraction-0", "a dot without digits", "2026-01-02T03:04:05.Z", "CLAIM-018"},
	{"fraction-10", "ten digits of a fraction", "2026-01-02T03:04:05.1234567890Z", "CLAIM-018"},
	{"comma", "a comma before the fraction", "2026-01-02T03:04:05,5Z", "CLAIM-018"},
	{"offset-short", "an offset of hours alone", "2026-01-02T03:04:05+01", "CLAIM-018"},
	{"offset-plain", "an offset without a colon", "2026-01-02T03:04:05+0100", "CLAIM-018"},
	{"offset-unicode", "a minus sign that is no hyphen", "2026-01-02T03:04:05\u221201:00", "CLAIM-018"},
	{"offset-24", "+24:00", "2026-01-02T03:04:05+24:00", "CLAIM-023"},
	{"offset-60", "60 minutes of offset", "2026-01-02T03:04:05+01:60", "CLAIM-023"},
	{"february-29", "a leap day of 2026", "2026-02-29T00:00:00Z", "CLAIM-020"},
	{"february-29-1900", "a leap day of 2100", "2100-02-29T00:00:00Z", "CLAIM-020"},
	{"april-31", "the 31st of April", "2026-04-31T00:00:00Z", "CLAIM-020"},
	{"month-13", "month 13", "2026-13-01T00:00:00Z", "CLAIM-020"},
	{"month-0", "month 0", "2026-00-01T00:00:00Z", "CLAIM-020"},
	{"day-0", "day 0", "2026-01-00T00:00:00Z", "CLAIM-020"},
	{"hour-24", "hour 24", "2026-01-02T24:00:00Z", "CLAIM-021"},
	{"minute-60", "minute 60", "2026-01-02T03:60:05Z", "CLAIM-021"},
	{"second-60", "a leap second", "2016-12-31T23:59:60Z", "CLAIM-021"},
	{"year-1969", "1969 as written, 1970 in UTC", "1969-12-31T23:59:59-01:00", "CLAIM-022"},
	{"year-0000", "the year 0", "0000-01-01T00:00:00Z", "CLAIM-022"},
	{"year-5", "a year of five digits", "12026-01-02T03:04:05Z", "CLAIM-018"},
	{"year-signed", "a sign before the year", "+2026-01-02T03:04:05Z", "CLAIM-018"},
	{"one-digit", "one digit for the month", "2026-1-02T03:04:05Z", "CLAIM-018"},
	{"white-space", "a space before the time", " 2026-01-02T03:04:05Z", "CLAIM-018"},
	{"zone-name", "a zone by its name", "2026-01-02T03:04:05 UTC", "CLAIM-018"},
	{"rfc-1123", "the form of mail headers", "Fri, 02 Jan 2026 03:04:05 GMT", "CLAIM-018"},
	{"full-width", "full-width digits", "\uff12\uff10\uff12\uff16-01-02T03:04:05Z", "CLAIM-018"},
}

func timeLines(title string, times []timeText) []byte {
	text := "# " + title + "\n"
	for _, m := range times {
		text += m.text + "\n"
	}
	return []byte(text)
}

func claimTimes(t *topic) {
	t.group("claim.verify", "CLAIM-018", "Libraries disagree about times more than about anything else in a claim.")
	for _, m := range goodTimes {
		takes(t, "time-"+m.id, m.what, claim(alice, "github:alice", set("created_at", m.text)), tags(m.tags))
	}
	for _, m := range badTimes {
		reason := t.why
		if m.id == "february-29-1900" {
			reason = "A year that ends in 00 has no leap day, except every fourth. It is 2100 here; the id, which is permanent, says 1900, and the fault there would be a year before 1970."
		}
		pays(t, "time-"+m.id, "time-utc", m.what, "claim.created_at", set("created_at", m.text), tags(m.tags+" CLAIM-012"), why(reason))
	}
	takes(t, "expires-9999", "the last second of 9999 as the end", claim(alice, "github:alice", set("expires_at", "9999-12-31T23:59:59Z")), tags("CLAIM-018 CLAIM-007"))
	pays(t, "expires-lower-z", "expires-9999", "a lower-case z in expires_at", "claim.expires_at", set("expires_at", "9999-12-31T23:59:59z"), tags("CLAIM-019 CLAIM-013"))
	pays(t, "expires-no-day", "expires-9999", "a day that is not in expires_at", "claim.expires_at", set("expires_at", "9999-11-31T23:59:59Z"), tags("CLAIM-020 CLAIM-013"))
}

func claimClock(t *topic) {
	t.group("claim.verify", "CLAIM-014 CLAIM-024", "A clock may be a day wrong; more than that is a claim made for later.")
	ahead := func(text string) obj { return claim(alice, "github:alice", set("created_at", text)) }
	takes(t, "future-24h", "exactly 24 hours ahead", ahead("2026-06-02T00:00:00Z"))
	takes(t, "future-24h-offset", "24 hours ahead, written with an offset", ahead("2026-06-02T14:00:00+14:00"))
	pays(t, "future-24h-1s", "future-24h", "one second more", "claim.created_at_future", set("created_at", "2026-06-02T00:00:01Z"))
	pays(t, "future-24h-1ns", "future-24h", "one nanosecond more", "claim.created_at_future", set("created_at", "2026-06-02T00:00:00.000000001Z"))
	pays(t, "future-offset", "future-24h-offset", "an hour less of offset", "claim.created_at_future", set("created_at", "2026-06-02T14:00:00+13:00"))
	pays(t, "future-far", "future-24h", "the year 9999", "claim.created_at_future", set("created_at", "9999-12-31T23:59:59Z"))
	t.group("claim.verify", "CLAIM-015 CLAIM-024", "A claim that ends before it begins was never good.")
	until := func(text string) obj { return claim(alice, "github:alice", set("expires_at", text)) }
	t.ok("lifetime-1ns", "a lifetime of one nanosecond", asClaim(until("2026-01-02T03:04:05.000000001Z")), sound(until("2026-01-02T03:04:05.000000001Z"), "json"), clock("2026-01-02T03:04:05Z"))
	t.ok("lifetime-offset", "a later instant that looks earlier", asClaim(until("2026-01-02T03:00:00-01:00")), sound(until("2026-01-02T03:00:00-01:00"), "json"), clock("2026-01-02T03:04:05Z"))
	pays(t, "lifetime-none", "lifetime-1ns", "an end that is the beginning", "claim.expires_before_created", set("expires_at", created))
	pays(t, "lifetime-negative", "lifetime-1ns", "an end before the beginning", "claim.expires_before_created", set("expires_at", "2026-01-01T00:00:00Z"))
	pays(t, "lifetime-none-offset", "lifetime-offset", "an end that is the beginning, written with an offset", "claim.expires_before_created", set("expires_at", "2026-01-02T04:04:05+01:00"))
	t.group("claim.verify", "CLAIM-016", "An expired claim was sound; it is never called invalid.")
	e := expiring(alice, "dns:alice.example")
	for i, c := range []struct{ id, title, now string }{
		{"expiry-before", "one second before the end", "2027-01-02T03:04:04Z"},
		{"expiry-at", "at the end", "2027-01-02T03:04:05Z"},
		{"expiry-after", "long after the end", "2036-01-01T00:00:00Z"},
	} {
		if i == 0 {
			t.ok(c.id, c.title, asClaim(e), sound(e, "json"), clock(c.now))
			continue
		}
		t.bad(c.id, c.title, "expiry-before", "the clock stands at "+c.now, asClaim(e), "claim.expired", clock(c.now), wire)
	}
	f := until("2026-06-01T01:00:00+01:00")
	broken(t, "expiry-at-offset", "plain", "an end that is now, written with an offset", f, "claim.expired", tags("CLAIM-016 CLAIM-024"))
	g := claim(alice, "github:alice", set("expires_at", "2026-06-01T00:00:00.000000001Z"))
	takes(t, "expiry-1ns", "a nanosecond before the end", g, tags("CLAIM-016 CLAIM-024"))
	t.bad("expired-and-forged", "a forged claim that is past its end", "expiry-before", "one bit of the signature changed, long after the end",
		asClaim(at("signature", set("sig", flip(e.get("signature", "sig").(string), 9)))(e)), "signature.invalid",
		clock("2036-01-01T00:00:00Z"), tags("VERIFY-004 ERR-023 CLAIM-016"), combines("claim-expiry-after", "envelope-sig-bit-r"))
}
