package encoding

import (
	"bytes"
	"strconv"
	"strings"

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
func FormatZone(domain, token string) string { return FormatRecord(ownerPrefix+domain, token) }

// FormatRecord writes the zone line of a TXT record at any name, which has no
// final dot.
func FormatRecord(name, token string) string {
	var out strings.Builder
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	out.WriteString(name + ". " + strconv.Itoa(ZoneTTL) + " IN TXT")
	for _, text := range FormatTXT(token) {
		out.WriteString(` "` + escape.Replace(text) + `"`)
	}
	out.WriteByte('\n')
	return out.String()
}

// ReadTXT reads the TXT records at one name, each a list of strings. Each record
// that is KEZ is one candidate, and so is one that is too long to be searched;
// others are ignored (KEZ-DNS-004 to 015).
func ReadTXT(records [][]string) ([]Candidate, error) {
	read := make([]txtRecord, 0, min(len(records), MaxRecords+1))
	for i, list := range records[:min(len(records), MaxRecords+1)] {
		read = append(read, txtRecord{text: []byte(strings.Join(list, "")), where: "record " + strconv.Itoa(i+1)})
	}
	return readRecords(read)
}

func readRecords(records []txtRecord) ([]Candidate, error) {
	if len(records) > MaxRecords {
		return nil, kez.Errorf(kez.DNSTooLarge, "the name has more than %d TXT records", MaxRecords).
			WithHint("remove the records that are not needed")
	}
	var candidates []Candidate
	for _, record := range records {
		if record.fault == nil && len(record.text) <= MaxTXT && !record.isKEZ() {
			continue
		}
		record.others = len(records) - 1
		c := record.candidate()
		c.Form, c.Where = FormDNS, record.where
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
	text   []byte
	where  string
	others int   // further records at the name
	fault  error // of its line in a zone
}

func (r *txtRecord) trimmed() []byte { return bytes.Trim(r.text, kez.JSONSpace) }

func (r *txtRecord) isKEZ() bool {
	return bytes.HasPrefix(r.trimmed(), []byte("{")) || prefixLike(r.text) >= 0
}

// prefixLike finds a prefix that something may have changed on the way: kez in
// any case of ASCII, backslashes, and a colon. It is -1 where there is none.
func prefixLike(text []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexAny(text[at:], "kK")
		if i < 0 {
			return -1
		}
		at += i
		if rest := text[at+1:]; len(rest) > 2 && rest[0]|0x20 == 'e' && rest[1]|0x20 == 'z' {
			if rest = rest[2:]; bytes.HasPrefix(rest[countLeft(rest, '\\'):], []byte(":")) {
				return at
			}
		}
	}
}

func (r *txtRecord) candidate() Candidate {
	if r.fault != nil {
		return Candidate{Err: r.fault}
	}
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
	switch {
	case bytes.IndexByte(text, '"') >= 0:
		return "it holds quotes as characters", "enter the value without quotes; the panel adds them itself"
	case bytes.IndexByte(text, '\\') >= 0:
		return "it holds escapes as characters", "enter the value without backslashes; the panel adds them itself"
	case bytes.ContainsAny(text, kez.JSONSpace):
		return "it holds spaces inside", "strings of one record are joined without a space; remove the spaces, or put each proof in a record of its own"
	case bytes.IndexFunc(text, func(char rune) bool { return char >= 0x80 }) >= 0:
		return "it holds characters outside ASCII", again
	case prefixLike(text) > 0:
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
