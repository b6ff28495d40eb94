package encoding

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"kez.lat/kez/impl/go/kez"
)

// maxString is the longest string of a TXT record.
const maxString = 255

// FormatTXT cuts a token into the strings of one TXT record, all but the last
// of full length (KEZ-DNS-003).
func FormatTXT(token string) (list []string) {
	for len(token) > maxString {
		list = append(list, token[:maxString])
		token = token[maxString:]
	}
	return append(list, token)
}

// FormatZone writes the zone line that publishes a token for a domain
// (KEZ-DNS-016).
func FormatZone(domain, token string) string {
	var out strings.Builder
	out.WriteString(ownerPrefix + domain + ". " + strconv.Itoa(ZoneTTL) + " IN TXT")
	for _, text := range FormatTXT(token) {
		out.WriteString(` "` + escapeTXT.Replace(text) + `"`)
	}
	out.WriteByte('\n')
	return out.String()
}

var escapeTXT = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// ReadTXT reads the TXT records at one name, each a list of strings. Each record
// that is KEZ is one candidate, and so is one that is too long to be searched;
// others are ignored (KEZ-DNS-004 to 015).
func ReadTXT(records [][]string) ([]Candidate, error) {
	if len(records) > MaxRecords {
		return nil, kez.Errorf(kez.DNSTooLarge, "the name has more than %d TXT records", MaxRecords).
			WithHint("remove the records that are not needed")
	}
	var candidates []Candidate
	for i, list := range records {
		record := txtRecord{text: []byte(strings.Join(list, "")), strings: len(list), others: len(records) - 1}
		if len(record.text) <= MaxTXT && !record.isKEZ() {
			continue
		}
		c := record.candidate()
		c.Form, c.Where = FormDNS, "record "+strconv.Itoa(i+1)
		candidates = append(candidates, c)
	}
	if len(candidates) == 0 {
		return nil, kez.Errorf(kez.ProofNoProof, "no TXT record holds a proof").
			WithHint("publish the token in a TXT record at _kez.<domain>")
	}
	return candidates, nil
}

// txtRecord is one record, joined.
type txtRecord struct {
	text    []byte
	strings int
	others  int // further records at the name
}

// prefixLike finds a prefix that something may have changed on the way.
var prefixLike = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)kez\\*:`) })

func (r *txtRecord) trimmed() []byte { return bytes.Trim(r.text, asciiSpace) }

func (r *txtRecord) isKEZ() bool {
	return bytes.HasPrefix(r.trimmed(), []byte("{")) || prefixLike().Match(r.text)
}

func (r *txtRecord) candidate() Candidate {
	if len(r.text) > MaxTXT {
		return Candidate{Err: kez.Errorf(kez.DNSTooLarge, "the TXT record has %d bytes, and at most %d are read", len(r.text), MaxTXT).
			WithHint("publish the compact or the short form")}
	}
	text := r.trimmed()
	if text[0] == '{' {
		return Candidate{JSON: text}
	}
	token, err := DecodeClaimToken(text)
	if err != nil && isFormFault(kez.CodeOf(err)) {
		why, hint := r.mangling(text, err)
		err = kez.Errorf(kez.DNSCorrupt, "the TXT record is damaged: %s", why).WithHint("%s", hint).WithCause(err)
	}
	return Candidate{JSON: token.JSON, Err: err}
}

// isFormFault reports whether a code is about the form up to the decoded bytes
// (KEZ-DNS-010 and 011).
func isFormFault(code kez.Code) bool {
	switch code {
	case kez.CompactPrefixUnknown:
		return false
	case kez.ShortMalformed:
		return true
	}
	return strings.HasPrefix(string(code), "compact.")
}

// mangling says what DNS panels and servers do to a token, where it shows.
func (r *txtRecord) mangling(text []byte, err error) (why, hint string) {
	const again = "publish the token again, exactly as it was printed"
	prefix := prefixLike().FindIndex(text)
	switch {
	case bytes.IndexByte(text, '"') >= 0:
		return "it holds quotes as characters", "enter the value without quotes; the panel adds them itself"
	case bytes.IndexByte(text, '\\') >= 0:
		return "it holds escapes as characters", "enter the value without backslashes; the panel adds them itself"
	case bytes.IndexAny(text, asciiSpace) >= 0:
		return "it holds spaces inside", "strings of one record are joined without a space; remove the spaces, or put each proof in a record of its own"
	case bytes.IndexFunc(text, func(char rune) bool { return char >= 0x80 }) >= 0:
		return "it holds characters outside ASCII", again
	case prefix != nil && prefix[0] > 0:
		return "the token does not start at the start of the record", "the strings may stand in the wrong order, or the value was pasted twice; " + again
	case caseChanged(text):
		return "the case of its letters was changed", "case matters in all of the token; if the panel changes it, use another panel or the JSON form"
	case kez.CodeOf(err) == kez.CompactTruncated && r.others > 0:
		return "it is cut off", "the rest may stand in another record; put all strings into one record"
	case kez.CodeOf(err) == kez.CompactTruncated:
		return "it is cut off", again
	}
	return err.Error(), again
}

// caseChanged reports whether the prefix is not in lower case, or the body has
// letters of one case only, which no real token of some length has.
func caseChanged(text []byte) bool {
	if !bytes.HasPrefix(text, []byte("kez:")) {
		return true
	}
	_, body, found := bytes.Cut(text[len("kez:"):], []byte(":"))
	if !found || len(body) < 32 {
		return false
	}
	return bytes.Equal(body, bytes.ToLower(body)) || bytes.Equal(body, bytes.ToUpper(body))
}
