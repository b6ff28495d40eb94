package gen

import "strings"

// fenced is a claim's body in a fence of its own.
func fenced(body string) string { return "```kez\n" + body + "```\n" }

// markdown is the Markdown form.
func markdown(e obj) string {
	p := e.get("payload").(obj)
	return "# KEZ proof\n\nSubject: " + p.get("subject").(string) +
		"\nPrimary: " + p.get("primary").(string) + "\n\n" + fenced(pretty(e))
}

// strings255 cuts a TXT value as a writer does.
func strings255(value string) []string {
	var parts []string
	for len(value) > 255 {
		parts, value = append(parts, value[:255]), value[255:]
	}
	return append(parts, value)
}

func zone(domain, value string) string {
	return "_kez." + domain + `. 3600 IN TXT "` + strings.Join(strings255(value), `" "`) + "\"\n"
}

// records turns TXT records into bytes.
func records(all ...[]string) [][][]byte {
	var out [][][]byte
	for _, r := range all {
		var strs [][]byte
		for _, s := range r {
			strs = append(strs, []byte(s))
		}
		out = append(out, strs)
	}
	return out
}
