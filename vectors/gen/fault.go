package gen

import "strings"

// edit changes an object: one fault, or one harmless difference.
type edit func(obj) obj

// at applies an edit to the object at a path, "payload" or "payload.payload".
func at(path string, e edit) edit {
	name, rest, deeper := strings.Cut(path, ".")
	return func(o obj) obj {
		o = append(obj(nil), o...)
		for i, m := range o {
			if m.name != name {
				continue
			}
			if deeper {
				o[i].value = at(rest, e)(m.value.(obj))
			} else {
				o[i].value = e(m.value.(obj))
			}
			return o
		}
		panic("gen: no member " + path)
	}
}

// set replaces a member in its place, or appends it.
func set(name string, v any) edit {
	return func(o obj) obj {
		o = append(obj(nil), o...)
		for i := range o {
			if o[i].name == name {
				o[i].value = v
				return o
			}
		}
		return append(o, member{name, v})
	}
}

// drop removes a member.
func drop(name string) edit {
	return func(o obj) obj {
		var kept obj
		for _, m := range o {
			if m.name != name {
				kept = append(kept, m)
			}
		}
		if len(kept) == len(o) {
			panic("gen: nothing to drop: " + name)
		}
		return kept
	}
}

// rename gives a member another name.
func rename(from, to string) edit {
	return func(o obj) obj {
		o = append(obj(nil), o...)
		for i := range o {
			if o[i].name == from {
				o[i].name = to
				return o
			}
		}
		panic("gen: nothing to rename: " + from)
	}
}

// reverse turns the order of the members round.
func reverse(o obj) obj {
	var turned obj
	for i := len(o) - 1; i >= 0; i-- {
		turned = append(turned, o[i])
	}
	return turned
}

func apply(o obj, edits []edit) obj {
	for _, e := range edits {
		o = e(o)
	}
	return o
}

// swap replaces one piece of a text that occurs exactly once.
func swap(text, old, new string) string {
	if strings.Count(text, old) != 1 {
		panic("gen: not once in the text: " + old)
	}
	return strings.Replace(text, old, new, 1)
}

// flip changes one bit of a hex text.
func flip(hexText string, index int) string {
	b := unhex(hexText)
	b[index/8] ^= 1 << (index % 8)
	return tohex(b)
}
