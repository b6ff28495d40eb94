package encoding

import (
	"bytes"
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// ownerPrefix is the label under which a domain publishes its proofs.
const ownerPrefix = "_kez."

// ZoneTTL is the time to live that zone lines are written with, in seconds.
const ZoneTTL = 3600

// ScanZone reads zone text and gives the candidates of the TXT records at the
// first _kez. name in it, with that name's domain (KEZ-DNS-016 to 021). Relative
// names count from $ORIGIN, else from the root. Nothing else in the text is
// read further than to see where it ends, so that it can hide nothing.
func ScanZone(text []byte) (domain string, found []Candidate, err error) {
	switch {
	case len(text) > MaxText:
		return "", nil, kez.Errorf(kez.InputTooLarge, "the zone text is larger than %d bytes", MaxText)
	case len(bytes.Trim(text, kez.JSONSpace)) == 0:
		return "", nil, kez.Errorf(kez.InputEmpty, "the zone text is empty")
	}
	owner, records := zoneRecords(text)
	if owner == "" {
		return "", nil, kez.Errorf(kez.ProofNoProof, "the zone text has no TXT record at a _kez. name").
			WithHint(`a line looks like: _kez.example.com. 3600 IN TXT "kez:z1:…"`)
	}
	found, err = readRecords(records)
	return strings.TrimSuffix(strings.TrimPrefix(owner, ownerPrefix), "."), found, err
}

// zoneRecords gives the TXT records of the first _kez. name, and its owner name.
func zoneRecords(text []byte) (owner string, records []txtRecord) {
	z := zone{lines: zoneLines{rest: text}, origin: ".", owner: "."}
	for z.next() {
		name := z.owner
		if !strings.HasPrefix(name, ownerPrefix) || name == ownerPrefix || owner != "" && name != owner {
			continue
		}
		fields, fault := zoneFields(z.line)
		values, isTXT := txtValues(fields)
		if !isTXT {
			continue
		}
		owner = name
		if len(records) > MaxRecords {
			break // which is refused
		}
		record := txtRecord{text: bytes.Join(values, nil), where: "line " + strconv.Itoa(z.lines.number)}
		if fault != "" {
			record.fault = kez.Errorf(kez.DNSCorrupt, "the line is not readable: %s", fault).
				WithHint(`a line looks like: _kez.example.com. 3600 IN TXT "kez:z1:…"`)
		}
		records = append(records, record)
	}
	return owner, records
}

// zone follows the owner names of a zone text.
type zone struct {
	lines         zoneLines
	line          []byte // of one record, after its owner name
	owner, origin string // absolute, in lower case
}

// next goes to the next record.
func (z *zone) next() bool {
	for z.lines.next() {
		line := z.lines.line
		first := bytes.IndexAny(line, " \t\r\n;()\"")
		if first < 0 {
			first = len(line)
		}
		name := line[:first]
		z.line = line[first:]
		switch {
		case len(name) == 0: // the owner of the record before
			return true
		case name[0] != '$':
			z.owner = z.absolute(name)
			return true
		case string(asciiLower(name)) == "$origin":
			if fields, _ := zoneFields(z.line); len(fields) > 0 {
				z.origin = z.absolute(fields[0].text)
			}
		}
	}
	return false
}

func (z *zone) absolute(name []byte) string {
	full := string(asciiLower(name))
	switch {
	case full == "@":
		return z.origin
	case strings.HasSuffix(full, "."):
		return full
	case z.origin == ".":
		return full + "."
	}
	return full + "." + z.origin
}

// asciiLower leaves all other letters alone: K is not the Kelvin sign.
func asciiLower(text []byte) []byte {
	out := bytes.Clone(text)
	for i, b := range out {
		if 'A' <= b && b <= 'Z' {
			out[i] = b | 0x20
		}
	}
	return out
}

// zoneLines cuts a zone text into logical lines, which parentheses join.
type zoneLines struct {
	rest   []byte
	line   []byte
	number int // of the first line in it
	passed int // lines in all
	flat   bool
}

// next cuts one line. Parentheses that are never closed join nothing, from the
// first such on, so that no line can swallow the text after it.
func (z *zoneLines) next() bool {
	if len(z.rest) == 0 {
		return false
	}
	end, closed := logicalLine(z.rest, z.flat)
	if !closed {
		z.flat = true
		end, _ = logicalLine(z.rest, true)
	}
	z.line, z.rest = z.rest[:end], z.rest[end:]
	z.number = z.passed + 1
	z.passed += bytes.Count(z.line, []byte("\n"))
	return true
}

// logicalLine measures the line that a text starts with. Quotes end with the
// line they stand in.
func logicalLine(text []byte, flat bool) (end int, closed bool) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '\n':
			if quoted = false; depth == 0 || flat {
				return i + 1, true
			}
		case b == '\\' && i+1 < len(text) && text[i+1] != '\n':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ';':
			i += countComment(text[i:]) - 1
		case b == '(':
			depth++
		case b == ')':
			depth = max(0, depth-1)
		}
	}
	return len(text), depth == 0 || flat
}

// countComment measures a comment up to its line feed.
func countComment(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

// zoneField is one word or one quoted string.
type zoneField struct {
	text   []byte // without escapes
	quoted bool
}

// zoneFields splits a logical line, and says what is wrong with it.
func zoneFields(line []byte) (fields []zoneField, fault string) {
	depth := 0
	for i := 0; i < len(line); {
		switch line[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case ';':
			i += countComment(line[i:])
		case '(':
			depth++
			i++
		case ')':
			if depth--; depth < 0 {
				return fields, "a parenthesis is closed and was never opened"
			}
			i++
		case '"':
			text, size := zoneText(line[i+1:], "\"\n")
			if i += 1 + size; i == len(line) || line[i] != '"' {
				return append(fields, zoneField{text, true}), "a quote is never closed"
			}
			fields = append(fields, zoneField{text, true})
			i++
		default:
			text, size := zoneText(line[i:], " \t\r\n;()\"")
			fields = append(fields, zoneField{text, false})
			i += size
		}
	}
	if depth > 0 {
		fault = "a parenthesis is never closed"
	}
	return fields, fault
}

// zoneText reads up to one of some bytes; \DDD is a byte, and \X is X.
func zoneText(line []byte, ends string) (text []byte, size int) {
	for size < len(line) && strings.IndexByte(ends, line[size]) < 0 {
		b := line[size]
		size++
		if b == '\\' && size < len(line) && line[size] != '\n' {
			if value, ok := decimalByte(line[size:]); ok {
				b = value
				size += 3
			} else {
				b = line[size]
				size++
			}
		}
		text = append(text, b)
	}
	return text, size
}

// decimalByte reads the three digits of \DDD.
func decimalByte(text []byte) (byte, bool) {
	if len(text) < 3 {
		return 0, false
	}
	value := 0
	for _, b := range text[:3] {
		if b < '0' || b > '9' {
			return 0, false
		}
		value = value*10 + int(b-'0')
	}
	return byte(value), value <= 255
}

// txtValues gives the strings of a TXT record of class IN or none, from the
// fields after its owner name.
func txtValues(fields []zoneField) (values [][]byte, isTXT bool) {
	for i, field := range fields {
		switch word := string(asciiLower(field.text)); {
		case field.quoted:
			return nil, false
		case word == "txt":
			for _, value := range fields[i+1:] {
				values = append(values, value.text)
			}
			return values, true
		case !isBeforeType(word):
			return nil, false
		}
	}
	return nil, false
}

// isBeforeType reports what can stand between an owner name and a type: a time
// to live and the class IN.
func isBeforeType(word string) bool {
	return word == "in" || word != "" && '0' <= word[0] && word[0] <= '9'
}

// isZoneLine reports whether a line holds a TXT record at a _kez. name, or at
// _kez itself, which an $ORIGIN completes.
func isZoneLine(line []byte) bool {
	line = line[:min(len(line), 1024)]
	end := bytes.IndexAny(line, " \t")
	if end < 0 {
		return false
	}
	owner := string(asciiLower(line[:end])) + "."
	if !strings.HasPrefix(owner, ownerPrefix) {
		return false
	}
	fields, _ := zoneFields(line[end:])
	_, isTXT := txtValues(fields)
	return isTXT
}
