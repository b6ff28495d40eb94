package kez

import (
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// A grammar is the canonical form of one system's values.
type grammar struct {
	match func(string) bool
	hint  string
}

const hostHint = "a host has two labels or more of a-z, 0-9 and inner hyphens, at most 239 characters, " +
	"no port, path, address or trailing dot"

// grammarOf gives the grammar of a system whose identities are no keys.
func grammarOf(system string) grammar {
	switch system {
	case "github":
		return grammar{validGitHub, "a GitHub login has at most 39 letters, digits and inner hyphens"}
	case "dns", "web":
		return grammar{validHost, hostHint}
	case "bluesky":
		return grammar{validHost, "a Bluesky identity is the handle, such as alice.bsky.social, not the DID; " + hostHint}
	case "ap", "mastodon":
		return grammar{validAccount, "an ap identity is name@host; " + hostHint}
	case "did":
		return grammar{validDID, "a DID is written did:method:id"}
	case "ens":
		return grammar{validENS, "an ENS name ends in .eth; " + hostHint}
	case "farcaster":
		return grammar{validFID, "a Farcaster identity is farcaster:fid:NUMBER"}
	}
	return grammar{validOther, "a value is one or more visible ASCII characters"}
}

func validENS(v string) bool { return validHost(v) && strings.HasSuffix(v, ".eth") }

// validOther takes U+0021 to U+007E; the rest was refused before.
func validOther(v string) bool { return v != "" && !strings.Contains(v, " ") }

func isLowerAlnum(b byte) bool { return 'a' <= b && b <= 'z' || isDigit(b) }

// validGitHub is [a-z0-9]+(-[a-z0-9]+)*(_[a-z0-9]+)?, at most 39 bytes; the
// part after the underscore is the short code of an enterprise.
func validGitHub(v string) bool {
	if len(v) > 39 {
		return false
	}
	login, company, enterprise := strings.Cut(v, "_")
	return allParts(login, "-") && (!enterprise || allAlnum(company))
}

func allParts(v, separator string) bool {
	for part := range strings.SplitSeq(v, separator) {
		if !allAlnum(part) {
			return false
		}
	}
	return true
}

func allAlnum(v string) bool {
	for i := range len(v) {
		if !isLowerAlnum(v[i]) {
			return false
		}
	}
	return v != ""
}

// validHost takes A-labels only: two or more, the last one starting with a
// letter, which keeps every spelling of an IPv4 address out.
func validHost(v string) bool {
	if len(v) > 239 {
		return false
	}
	labels := strings.Split(v, ".")
	for _, label := range labels {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !isLowerAlnum(label[i]) && label[i] != '-' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return len(labels) >= 2 && !isDigit(last[0])
}

func validAccount(v string) bool {
	name, host, found := strings.Cut(v, "@")
	if !found || name == "" || !validHost(host) {
		return false
	}
	for i := range len(name) {
		b := name[i]
		if !isLowerAlnum(b) && b != '_' && (i == 0 || b != '.' && b != '-') {
			return false
		}
	}
	return true
}

func validDID(v string) bool {
	method, id, found := strings.Cut(v, ":")
	if !found || !allAlnum(method) || id == "" {
		return false
	}
	for i := range len(id) {
		b := id[i]
		if !isLowerAlnum(b) && (b < 'A' || b > 'Z') && !strings.ContainsRune("._:%-", rune(b)) {
			return false
		}
	}
	return true
}

func validFID(v string) bool {
	number, found := strings.CutPrefix(v, "fid:")
	if !found || number == "" || number[0] == '0' {
		return false
	}
	for i := range len(number) {
		if !isDigit(number[i]) {
			return false
		}
	}
	return true
}

// normalise gives the canonical spelling of a typed identity whose system is
// already lower case; what it cannot mend it leaves for parse to refuse.
func normalise(system, value string) string {
	switch system {
	case "github", SystemEd25519:
		value = strings.ToLower(value)
	case "dns", "web", "ens":
		value = strings.TrimSuffix(strings.ToLower(value), ".")
	case "bluesky", "ap", "mastodon":
		value = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(value), "@"), ".")
	case SystemNostr:
		value = normaliseNostr(value)
	}
	return system + ":" + value
}

// hintALabel shows the A-label form to someone who typed an international
// host; the host itself is refused, since homographs look like others.
func hintALabel(err error, typed string) error {
	system, value, _ := strings.Cut(typed, ":")
	switch strings.ToLower(system) {
	case "dns", "web", "bluesky", "ens", "ap", "mastodon":
	default:
		return err
	}
	name, host, account := strings.Cut(strings.TrimPrefix(value, "@"), "@")
	if !account {
		host, name = name, ""
	}
	ascii, idnaErr := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if idnaErr != nil || ascii == host || strings.ContainsFunc(name, func(r rune) bool { return r >= 0x80 }) {
		return err
	}
	if account {
		ascii = name + "@" + ascii
	}
	if id, parseErr := ParseTyped(system + ":" + ascii); parseErr == nil {
		return Errorf(IdentityInvalid, "the host holds letters outside ASCII").
			WithHint("if this is really the host you mean, type its A-label form: %s", id)
	}
	return err
}

// Quote shows hostile text in a message: escaped, and cut at 80 bytes.
func Quote(s string) string {
	if len(s) > 80 {
		return strconv.QuoteToASCII(s[:80]) + "…"
	}
	return strconv.QuoteToASCII(s)
}
