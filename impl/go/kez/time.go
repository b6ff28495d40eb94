package kez

import "time"

// TimeLayout is the form in which this project writes every time: UTC, whole
// seconds, upper case (KEZ-CLAIM).
const TimeLayout = "2006-01-02T15:04:05Z"

// MaxUnix is the last second of the year 9999, the latest time that the written
// form can hold.
const MaxUnix = 253402300799

// FormatTime writes t in the project's form; fractions are dropped.
func FormatTime(t time.Time) string { return t.UTC().Format(TimeLayout) }

// ParseTime reads YYYY-MM-DDTHH:MM:SS(.d{1,9})?(Z|±hh:mm), upper case, real
// dates, written year 1970 or later, no leap second, offsets to ±23:59. Go's
// own RFC 3339 reading is wider (comma fractions, lower case), so the shape is
// checked here first.
func ParseTime(s string) (time.Time, bool) {
	const shape = "dddd-dd-ddTdd:dd:dd"
	if len(s) < len(shape)+1 || !matches(s[:len(shape)], shape) || s[:4] < "1970" {
		return time.Time{}, false
	}
	zone := s[len(shape):]
	if zone[0] == '.' {
		digits := 1
		for digits < len(zone) && isDigit(zone[digits]) {
			digits++
		}
		if digits < 2 || digits > 10 {
			return time.Time{}, false
		}
		zone = zone[digits:]
	}
	if zone != "Z" {
		if !matches(zone, "+dd:dd") && !matches(zone, "-dd:dd") || zone[1:3] > "23" || zone[4:] > "59" {
			return time.Time{}, false
		}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}

func matches(s, shape string) bool {
	if len(s) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if shape[i] == 'd' && !isDigit(s[i]) || shape[i] != 'd' && s[i] != shape[i] {
			return false
		}
	}
	return true
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
