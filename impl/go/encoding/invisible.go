package encoding

import "fmt"

// invisible names a character that nobody sees in a token but that breaks it
// (KEZ-SCAN-010), and is "" for all others.
func invisible(char rune) string {
	switch char {
	case 0x00ad:
		return "U+00AD SOFT HYPHEN"
	case 0x200b:
		return "U+200B ZERO WIDTH SPACE"
	case 0x200c:
		return "U+200C ZERO WIDTH NON-JOINER"
	case 0x200d:
		return "U+200D ZERO WIDTH JOINER"
	case 0x2060:
		return "U+2060 WORD JOINER"
	case 0xfeff:
		return "U+FEFF ZERO WIDTH NO-BREAK SPACE"
	}
	return ""
}

// nameOf shows a character in a message, whatever it does to a terminal.
func nameOf(char rune) string {
	switch name := invisible(char); {
	case name != "":
		return "the invisible character " + name
	case char == ' ':
		return "a space"
	case char == '\n' || char == '\r':
		return "a line break"
	case char > 0x20 && char < 0x7f:
		return fmt.Sprintf("%q", char)
	}
	return fmt.Sprintf("the character %U", char)
}
