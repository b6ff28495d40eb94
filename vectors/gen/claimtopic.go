package gen

import "strings"

func claimTopic(b *book) {
	t := b.topic("claim", "The claim payload: its members, its times and its expiry.")
	claimMembers(t)
	claimIdentities(t)
	claimTimes(t)
	claimClock(t)
	claimSigning(t)
}

// takes adds an accepting claim with a changed payload.
func takes(t *topic, id, title string, e obj, o ...option) {
	t.ok(id, title, asClaim(e), sound(e, "json"), o...)
}

// pays adds a claim whose payload was changed before it was signed.
func pays(t *topic, id, of, fault, code string, e edit, o ...option) {
	broken(t, id, of, fault+", signed", claim(alice, "github:alice", e), code, o...)
}

func claimMembers(t *topic) {
	t.group("claim.verify", "CLAIM-001", "The payload is all there is; a member that is absent or of another type proves nothing.")
	takes(t, "plain", "a claim", base, wire, tags("CLAIM-001 CLAIM-003 CLAIM-004 CLAIM-005 CLAIM-006 VERIFY-031"))
	takes(t, "expiring", "a claim with a lifetime", expiring(alice, "dns:alice.example"), wire, tags("CLAIM-007 CLAIM-001"))
	takes(t, "subject-is-primary", "a claim about its own key", claim(alice, alice.id), tags("CLAIM-008"))
	t.group("claim.verify", "CLAIM-009 CLAIM-004", "A newer version may mean something else by the same members.")
	for _, f := range []struct {
		id, fault string
		e         edit
	}{
		{"version-absent", "no version", drop("version")},
		{"version-2", "version 2", set("version", 2)},
		{"version-0", "version 0", set("version", 0)},
		{"version-negative", "version -1", set("version", -1)},
		{"version-text", `"1" as a text`, set("version", "1")},
		{"version-null", "null as the version", set("version", nil)},
		{"version-true", "true as the version", set("version", true)},
		{"version-array", "the version in an array", set("version", list{1})},
	} {
		pays(t, f.id, "plain", f.fault, "claim.version", f.e, tags("CLAIM-009 CLAIM-004"+otherType(f.id)))
	}
	t.group("claim.verify", "CLAIM-010", "A program that signs whatever it has signs claims about nobody.")
	pays(t, "subject-absent", "plain", "no subject", "claim.subject_missing", drop("subject"), tags("CLAIM-010 ERR-015 ERR-016"))
	pays(t, "primary-absent", "plain", "no primary", "claim.primary_missing", drop("primary"), tags("CLAIM-011 ERR-015 ERR-016"),
		why("An older client has signed such claims; their signatures verify."))
	for _, name := range []string{"subject", "primary"} {
		pays(t, name+"-null", "plain", "null as the "+name, "json.type", set(name, nil), tags("JSON-019 ERR-017"))
		pays(t, name+"-number", "plain", "a number as the "+name, "json.type", set(name, 1), tags("JSON-019 ERR-017"))
		pays(t, name+"-array", "plain", "the "+name+" in an array", "json.type", set(name, list{"github:alice"}), tags("JSON-019 ERR-017"))
	}
	t.group("claim.verify", "CLAIM-012", "Without a time nothing can be ordered or limited.")
	for _, f := range []struct {
		id, fault string
		e         edit
	}{
		{"created-absent", "no created_at", drop("created_at")},
		{"created-null", "null as created_at", set("created_at", nil)},
		{"created-number", "Unix seconds as created_at", set("created_at", 1767323045)},
		{"created-empty", "an empty created_at", set("created_at", "")},
	} {
		pays(t, f.id, "plain", f.fault, "claim.created_at", f.e, tags("CLAIM-012"+otherType(f.id)))
	}
	for _, f := range []struct {
		id, fault string
		value     any
	}{
		{"expires-null", "null as expires_at", nil},
		{"expires-number", "Unix seconds as expires_at", 1798859045},
		{"expires-empty", "an empty expires_at", ""},
		{"expires-false", "false as expires_at", false},
		{"expires-date", "a date without a time as expires_at", "2027-01-02"},
	} {
		pays(t, f.id, "plain", f.fault, "claim.expires_at", set("expires_at", f.value), tags("CLAIM-013"+otherType(f.id)))
	}
}

// otherType is the rule on the rank of wrong JSON types, for a fault that is one.
func otherType(id string) string {
	_, fault, _ := strings.Cut(id, "-")
	switch fault {
	case "text", "null", "true", "false", "array", "number":
		return " ERR-018"
	}
	return ""
}

func claimIdentities(t *topic) {
	t.group("claim.verify", "CLAIM-005 ID-030", "Nothing in signed data is mended, or one proof would count under two names.")
	takes(t, "mastodon", "mastodon as the system of the subject", claim(alice, "mastodon:alice@social.example"), tags("ID-032 CLAIM-005"))
	takes(t, "unknown-system", "a subject of a system without a channel", claim(alice, "unknown:alice"), tags("ID-007 CLAIM-005"))
	takes(t, "did", "a subject whose case counts", claim(alice, "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"), tags("CLAIM-005 ID-029"))
	for _, f := range []struct{ id, fault, subject, code, tags string }{
		{"subject-upper", "a subject in upper case", "github:Alice", "identity.not_canonical", "ID-030 CLAIM-005"},
		{"subject-space", "a space after the subject", "github:alice ", "identity.not_canonical", "ID-030 CLAIM-005"},
		{"subject-dot", "a trailing dot", "dns:alice.example.", "identity.not_canonical", "ID-030 CLAIM-005"},
		{"subject-empty", "an empty subject", "", "identity.invalid", "ID-031 CLAIM-005"},
		{"subject-no-colon", "a subject without a system", "alice", "identity.invalid", "ID-031 ID-001"},
		{"subject-traversal", "a path that climbs", "github:../../etc/passwd", "identity.invalid", "ID-031 ID-006"},
		{"subject-bidi", "a right-to-left override", "github:al\u202eice", "identity.invalid", "ID-031 ID-004"},
		{"subject-nul", "a zero character", "github:alice\x00", "identity.invalid", "ID-031 ID-004"},
		{"subject-unicode", "a letter outside ASCII", "dns:caf\u00e9.example", "identity.invalid", "ID-031 ID-004"},
		{"subject-513", "a subject of 513 bytes", "x:" + strings.Repeat("v", 511), "identity.invalid", "ID-031 ID-003"},
		{"subject-nsec", "a secret key as the subject", "nostr:" + nsec(nora.secret), "identity.secret_key", "ID-031 ID-034"},
		{"subject-low-order", "a low-order key as the subject", "ed25519:" + lowOrder()[4], "key.low_order", "ID-031 ID-017"},
		{"subject-no-point", "a subject that is no point", "nostr:" + npub(offCurveX()), "key.not_on_curve", "ID-031 ID-016"},
	} {
		pays(t, f.id, "plain", f.fault, f.code, set("subject", f.subject), tags(f.tags))
	}
	upper := "ed25519:" + strings.ToUpper(alice.id[8:])
	broken(t, "primary-upper", "plain", "primary and key in upper-case hex, signed", at("signature", set("key", upper))(claim(alice, "github:alice", set("primary", upper))), "identity.not_canonical")
	broken(t, "primary-empty", "plain", "an empty primary, signed", claim(alice, "github:alice", set("primary", "")), "identity.invalid", tags("ID-031 CLAIM-005"))
	nostr := claim(nora, "github:alice")
	takes(t, "nostr", "a claim of a nostr key", nostr, wire, tags("CLAIM-005 SIG-016"))
	shout := "nostr:" + strings.ToUpper(nora.id[6:])
	broken(t, "primary-upper-npub", "nostr", "the npub in upper case, which bech32 allows, signed", at("signature", set("key", shout))(claim(nora, "github:alice", set("primary", shout))), "identity.not_canonical")
	hex := "nostr:" + tohex(nora.public)
	broken(t, "primary-hex-npub", "nostr", "the nostr key in hex, signed", at("signature", set("key", hex))(claim(nora, "github:alice", set("primary", hex))), "identity.not_canonical")
	m := "nostr:" + bech32("npub", nora.public, bech32mConst)
	broken(t, "primary-bech32m", "nostr", "the npub with the checksum of bech32m, signed", at("signature", set("key", m))(claim(nora, "github:alice", set("primary", m))), "identity.invalid", tags("ID-015 ID-031"))
}

func claimSigning(t *topic) {
	t.group("claim.sign", "CLAIM-002", "Two programs that sign the same claim with an Ed25519 key write the same bytes.")
	seed := map[string]string{"seed_hex": tohex(alice.secret)}
	signs := func(id, title string, secret map[string]string, s *signer, subject, until string, o ...option) {
		in := input{"secret": secret, "subject": subject, "created_at": created}
		e := claim(s, subject)
		if until != "" {
			in["expires_at"], e = until, claim(s, subject, set("expires_at", until))
		}
		want := state{"payload": []byte(canonical(e.get("payload")))}
		if s.alg == algEd25519 {
			want["envelope"] = []byte(canonical(e))
		}
		t.ok(id, title, in, want, o...)
	}
	signs("sign-seed", "a claim signed with a seed", seed, alice, "github:alice", "", wire, tags("SIG-014 SIG-015 CLAIM-001"))
	signs("sign-phrase-24", "a claim signed with a phrase of 24 words", map[string]string{"phrase": alice.phrase}, alice, "github:alice", "", wire, tags("SIG-025 SIG-015"))
	signs("sign-phrase-12", "a claim signed with a phrase of 12 words", map[string]string{"phrase": bob.phrase}, bob, "dns:bob.example", "", wire, tags("SIG-026 SIG-015"))
	signs("sign-expiring", "a claim with a lifetime", seed, alice, "dns:alice.example", "2027-01-02T03:04:05Z", tags("CLAIM-001 CLAIM-007"))
	signs("sign-nostr", "a claim signed with an nsec", map[string]string{"nsec": nsec(nora.secret)}, nora, "github:alice", "", wire, tags("SIG-016 CLAIM-001"))
	signs("sign-self", "a claim about its own key", seed, alice, alice.id, "", tags("CLAIM-008"))
	signs("sign-html", "a subject with characters that HTML-safe writers escape", seed, alice, "x:<a&b>", "", tags("JSON-026 SIG-014"))
	t.bad("sign-no-subject", "a claim without a subject", "sign-seed", "no subject given", input{"secret": seed, "created_at": created},
		"claim.subject_missing", tags("SIG-017"), also("cli.usage", "identity.invalid"))
}
