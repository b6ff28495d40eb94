package encoding

import (
	"bytes"
	"strings"

	"github.com/miekg/dns"

	"kez.lat/kez/impl/go/kez"
)

// ownerPrefix is the label under which a domain publishes its proofs.
const ownerPrefix = "_kez."

// ZoneTTL is the time to live that zone lines are written with, in seconds.
const ZoneTTL = 3600

// ZoneRecords reads zone text and gives the TXT records of the first _kez. name in
// it, with that name's domain; other types and other names are ignored
// (KEZ-DNS-016 to 019). Relative names count from $ORIGIN, else from the root.
func ZoneRecords(text []byte) (domain string, records [][]string, err error) {
	switch {
	case len(text) > MaxText:
		return "", nil, kez.Errorf(kez.InputTooLarge, "the zone text is larger than %d bytes", MaxText)
	case len(bytes.Trim(text, asciiSpace)) == 0:
		return "", nil, kez.Errorf(kez.InputEmpty, "the zone text is empty")
	case generates(text):
		// One line of it could make 65536 records.
		return "", nil, kez.Errorf(kez.DNSCorrupt, "the zone text uses $GENERATE, which is not read").
			WithHint("give the lines of the _kez. name only")
	}
	owner := ""
	parser := dns.NewZoneParser(bytes.NewReader(text), ".", "")
	parser.SetDefaultTTL(ZoneTTL)
	for record, more := parser.Next(); more; record, more = parser.Next() {
		txt, isTXT := record.(*dns.TXT)
		name := strings.ToLower(record.Header().Name)
		if !isTXT || !strings.HasPrefix(name, ownerPrefix) || owner != "" && name != owner {
			continue
		}
		if owner = name; len(records) <= MaxRecords {
			records = append(records, unescapeTXT(txt.Txt))
		}
	}
	if err := parser.Err(); err != nil {
		return "", nil, kez.Errorf(kez.DNSCorrupt, "the zone text is not readable: %w", err).
			WithHint(`a line looks like: _kez.example.com. 3600 IN TXT "kez:z1:…"`)
	}
	if owner == "" {
		return "", nil, kez.Errorf(kez.ProofNoProof, "the zone text has no TXT record at a _kez. name").
			WithHint(`a line looks like: _kez.example.com. 3600 IN TXT "kez:z1:…"`)
	}
	return strings.TrimSuffix(strings.TrimPrefix(owner, ownerPrefix), "."), records, nil
}

// generates finds the one directive that makes more records than it has bytes.
func generates(text []byte) bool {
	return bytes.Contains(bytes.ToUpper(text), []byte("$GENERATE"))
}

// unescapeTXT turns the presentation form the library leaves strings in into
// their bytes: \DDD is a byte, and \X is X.
func unescapeTXT(list []string) []string {
	out := make([]string, len(list))
	for i, text := range list {
		out[i] = unescape(text)
	}
	return out
}

func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		if value, ok := decimalByte(text[i+1:]); ok {
			out = append(out, value)
			i += 3
			continue
		}
		i++
		out = append(out, text[i])
	}
	return string(out)
}

// decimalByte reads the three digits of \DDD.
func decimalByte(text string) (byte, bool) {
	if len(text) < 3 {
		return 0, false
	}
	value := 0
	for i := range 3 {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		value = value*10 + int(text[i]-'0')
	}
	return byte(value), value <= 255
}

// isZoneLine reports whether a line holds a TXT record at a _kez. name.
func isZoneLine(line []byte) bool {
	fields := bytes.Fields(line[:min(len(line), 1024)])
	if len(fields) < 2 || len(fields[0]) <= len(ownerPrefix) || !bytes.EqualFold(fields[0][:len(ownerPrefix)], []byte(ownerPrefix)) {
		return false
	}
	for _, field := range fields[1:] {
		if bytes.EqualFold(field, []byte("TXT")) {
			return true
		}
		// Between the name and the type stand a TTL and a class at most.
		if isTTL := '0' <= field[0] && field[0] <= '9'; !isTTL && !bytes.EqualFold(field, []byte("IN")) {
			return false
		}
	}
	return false
}
