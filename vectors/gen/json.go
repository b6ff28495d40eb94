package gen

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
)

// obj is a JSON object that keeps its order and may hold a name twice, which
// no library allows and some cases need.
type obj []member

type member struct {
	name  string
	value any // obj, list, raw, string, int, bool or nil
}

type list []any

// raw is JSON text that is written as it stands.
type raw string

// get gives the value at a path of names; it panics on a wrong path, because
// the generator is then wrong.
func (o obj) get(path ...string) any {
	var v any = o
	for _, name := range path {
		found := false
		for _, m := range v.(obj) {
			if m.name == name {
				v, found = m.value, true
				break
			}
		}
		if !found {
			panic("gen: no member " + strings.Join(path, "."))
		}
	}
	return v
}

// canonical writes the JCS form.
func canonical(v any) string {
	var b strings.Builder
	write(&b, v, style{sorted: true})
	return b.String()
}

// compact writes the members in their order and no white space.
func compact(v any) string {
	var b strings.Builder
	write(&b, v, style{})
	return b.String()
}

// pretty writes the JSON form of the specification, final newline included.
func pretty(v any) string {
	var b strings.Builder
	write(&b, v, style{indent: "\n"})
	return b.String() + "\n"
}

type style struct {
	sorted bool
	indent string // newline and the indentation of the current level; empty for none
}

func (s style) deeper() style {
	if s.indent != "" {
		s.indent += "  "
	}
	return s
}

func write(b *strings.Builder, v any, s style) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case raw:
		b.WriteString(string(v))
	case string:
		writeString(b, v)
	case int:
		b.WriteString(strconv.Itoa(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case list:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(s.deeper().indent)
			write(b, e, s.deeper())
		}
		b.WriteString(s.indent + "]")
	case obj:
		writeObject(b, v, s)
	default:
		panic(fmt.Sprintf("gen: no JSON for %T", v))
	}
}

func writeObject(b *strings.Builder, o obj, s style) {
	if s.sorted {
		o = append(obj(nil), o...)
		sort.SliceStable(o, func(i, j int) bool { return less(o[i].name, o[j].name) })
	}
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(s.deeper().indent)
		writeString(b, m.name)
		b.WriteByte(':')
		if s.indent != "" {
			b.WriteByte(' ')
		}
		write(b, m.value, s.deeper())
	}
	b.WriteString(s.indent + "}")
}

// less orders names by UTF-16 code units.
func less(a, b string) bool {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return len(x) < len(y)
}

func writeString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteString("\\" + string(c))
		case c >= 0x20:
			b.WriteByte(c)
		case strings.IndexByte("\b\t\n\f\r", c) >= 0:
			b.WriteString("\\" + string("btnfr"[strings.IndexByte("\b\t\n\f\r", c)]))
		default:
			fmt.Fprintf(b, "\\u%04x", c)
		}
	}
	b.WriteByte('"')
}

// canonicalText is the canonical form of a JSON text of the specification,
// which holds objects, strings and small integers.
func canonicalText(text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	return string(marshal(v))
}
