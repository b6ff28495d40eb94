package mutants

import (
	"encoding/json"
	"regexp"
	"time"

	"kez.lat/kez/impl/go/adapter"
)

func claimMutants() []Mutant {
	return []Mutant{
		{"any version is taken", "KEZ-CLAIM-009", skips(verify, "claim.version", nil)},
		{"a time of another JSON type is taken", "KEZ-CLAIM-012", skipsTime(`"created_at": *[^"]`)},
		{"an expiry of null is absent", "KEZ-CLAIM-013", skips(verify, "claim.expires_at", member("expires_at", `^null$`))},
		{"the future is never refused", "KEZ-CLAIM-014", skips(verify, "claim.created_at_future", nil)},
		{"an expiry before the creation is fine", "KEZ-CLAIM-015", skips(verify, "claim.expires_before_created", nil)},
		{"a claim is still good at the second it expires", "KEZ-CLAIM-016", expiresLate},
		{"a lower-case t or z is taken", "KEZ-CLAIM-019", skipsTime(`[0-9][tz]|t[0-9]`)},
		{"February 29 is in every year", "KEZ-CLAIM-020", skipsTime(`-02-29|-02-30|-04-31`)},
		{"second 60 is taken", "KEZ-CLAIM-021", skipsTime(`:60`)},
		{"years before 1970 are taken", "KEZ-CLAIM-022", skipsTime(`"(19[0-6][0-9]|1[0-8]|0)`)},
		{"offsets up to 99:99 are taken", "KEZ-CLAIM-023", skipsTime(`[+-](2[4-9]|[3-9][0-9]):|[+-][0-9]{2}:[6-9]`)},
		{"an expiry is not compared with the clock", "KEZ-CLAIM-016", neverExpired},
		{"times are compared as text", "KEZ-CLAIM-024", alters(verify, comparesText)},
		{"claims about oneself are refused", "KEZ-CLAIM-008", alters(verify, refusesSelf)},
		{"a claim without a subject is signed", "KEZ-SIG-017", alters("claim.sign", signsAnything)},
	}
}

// payloadOf gives the members of the payload in a JSON claim.
func payloadOf(r adapter.Request) map[string]json.RawMessage {
	return object(object(input(r, "text"))["payload"])
}

// member tells whether a member of the payload, as written, fits a pattern.
func member(name, pattern string) func(adapter.Request) bool {
	re := regexp.MustCompile(pattern)
	return func(r adapter.Request) bool { return re.Match(payloadOf(r)[name]) }
}

// skipsTime takes a faulty time that fits a pattern.
func skipsTime(pattern string) adapter.Handler {
	re := regexp.MustCompile(pattern)
	return alters(verify, func(r adapter.Request, right adapter.Answer) adapter.Answer {
		for name, code := range map[string]string{"created_at": "claim.created_at", "expires_at": "claim.expires_at"} {
			if raw := payloadOf(r)[name]; has(right, code) && (re.Match(raw) || re.MatchString(`"`+name+`": `+string(raw))) {
				return adapter.Answer{Accept: adapter.State{}}
			}
		}
		return right
	})
}

// expiresLate compares now with > where >= belongs.
func expiresLate(r adapter.Request) adapter.Answer {
	right := adapter.Handle(r)
	if r.Op == verify && has(right, "claim.expired") {
		r.Now = r.Now.Add(-time.Nanosecond)
		return adapter.Handle(r)
	}
	return right
}

func instant(s string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, s)
	return at, err == nil
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// comparesText finds an expiry by the order of the letters.
func comparesText(r adapter.Request, right adapter.Answer) adapter.Answer {
	p := payloadOf(r)
	created, expires := text(p["created_at"]), text(p["expires_at"])
	switch {
	case expires == "" || right.Accept == nil && !has(right, "claim.expired") && !has(right, "claim.expires_before_created"):
		return right
	case expires <= created:
		return refuses("claim.expires_before_created")
	case expires <= r.Now.UTC().Format("2006-01-02T15:04:05Z"):
		return refuses("claim.expired")
	}
	return adapter.Answer{Accept: adapter.State{}}
}

func refusesSelf(r adapter.Request, right adapter.Answer) adapter.Answer {
	if p := payloadOf(r); right.Accept != nil && p != nil && text(p["subject"]) == text(p["primary"]) {
		return refuses("identity.invalid")
	}
	return right
}

func signsAnything(_ adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Reject != nil {
		return adapter.Answer{Accept: adapter.State{}}
	}
	return right
}
