package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// areas are the tag areas README.md lists, each with its page.
var areas = map[string]string{
	"JSON": "json.md", "ID": "identity.md", "ENV": "envelope.md", "SIG": "envelope.md",
	"CLAIM": "claim.md", "ENC": "encoding.md", "COMPACT": "encoding.md", "SHORT": "encoding.md",
	"MD": "scanning.md", "DNS": "scanning.md", "SCAN": "scanning.md", "CHAIN": "sigchain.md",
	"CHAN": "channels.md", "VERIFY": "verification.md", "CLI": "cli.md", "STORE": "store.md",
	"RELAY": "relay.md", "MSG": "message.md", "ERR": "errors.md",
}

func TestTagsAreUniqueAndInTheirPage(t *testing.T) {
	seen := map[string]Tag{}
	for _, tag := range Tags() {
		if old, ok := seen[tag.ID]; ok {
			t.Errorf("%s:%d: %s stands at %s:%d too", tag.File, tag.Line, tag.ID, old.File, old.Line)
		}
		seen[tag.ID] = tag
		if page, ok := areas[tag.Area()]; !ok || page != tag.File {
			t.Errorf("%s:%d: area of %s belongs to %q", tag.File, tag.Line, tag.ID, page)
		}
		if tag.Section == "" || tag.Level == "" || !strings.HasSuffix(tag.Text, ".") {
			t.Errorf("%s:%d: %s is no sentence with a level in a section", tag.File, tag.Line, tag.ID)
		}
	}
}

// A gap is a withdrawn rule, and README.md has to say so.
func TestTagsHaveNoUnexplainedGaps(t *testing.T) {
	readme, err := Page("README.md")
	if err != nil {
		t.Fatal(err)
	}
	highest, have := map[string]int{}, map[string]bool{}
	for _, tag := range Tags() {
		var n int
		fmt.Sscanf(tag.ID[len(tag.ID)-3:], "%d", &n)
		highest[tag.Area()] = max(highest[tag.Area()], n)
		have[tag.ID] = true
	}
	_, withdrawn, ok := strings.Cut(readme, "Withdrawn tags:")
	if !ok {
		t.Fatal("README.md does not list withdrawn tags")
	}
	for area := range areas {
		if highest[area] == 0 {
			t.Errorf("no rule in area %s", area)
		}
		for n := 1; n <= highest[area]; n++ {
			id := fmt.Sprintf("KEZ-%s-%03d", area, n)
			if !have[id] && !strings.Contains(withdrawn, id) {
				t.Errorf("%s is neither a rule nor withdrawn", id)
			}
		}
	}
}

var (
	inline  = regexp.MustCompile("`[^`]*`")
	keyword = regexp.MustCompile(`\b(MUST|SHALL|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b`)
	tagLike = regexp.MustCompile(`KEZ-[A-Z]+-[0-9]+`)
)

// A keyword makes a sentence normative, so it has to carry a tag, one of each.
func TestKeywordsStandInRulesOnly(t *testing.T) {
	walk(func(l line) {
		if l.fence != nil {
			return
		}
		words := keyword.FindAllString(inline.ReplaceAllString(l.text, ""), -1)
		m := rule.FindStringSubmatch(l.text)
		switch {
		case m == nil && len(words) > 0:
			t.Errorf("%s:%d: %s without a tag", l.file, l.number, words[0])
		case m == nil && strings.HasPrefix(l.text, "- **["):
			t.Errorf("%s:%d: malformed tag", l.file, l.number)
		case m != nil && len(tagLike.FindAllString(l.text, -1)) != 1:
			t.Errorf("%s:%d: more than one tag", l.file, l.number)
		}
		if m == nil {
			return
		}
		for _, w := range words {
			if w != words[0] || !slices.Contains([]string{"MUST", "SHOULD", "MAY"}, w) {
				t.Errorf("%s:%d: keyword %s beside %s", l.file, l.number, w, words[0])
			}
		}
		if len(words) > 2 || len(words) == 0 {
			t.Errorf("%s:%d: %d keywords in one rule", l.file, l.number, len(words))
		}
	})
}

// A rule is one line: a line after it that continues it would be lost.
func TestRulesAreOneLine(t *testing.T) {
	previous := line{}
	walk(func(l line) {
		if previous.file == l.file && rule.MatchString(previous.text) && previous.fence == nil &&
			l.text != "" && !strings.HasPrefix(l.text, "- ") {
			t.Errorf("%s:%d: continues a rule", l.file, l.number)
		}
		previous = l
	})
}

func TestMentionedTagsExist(t *testing.T) {
	have := map[string]bool{}
	for _, tag := range Tags() {
		have[tag.ID] = true
	}
	walk(func(l line) {
		for _, id := range tagLike.FindAllString(l.text, -1) {
			if !have[id] && !strings.HasPrefix(l.text, "Withdrawn tags:") {
				t.Errorf("%s:%d: no rule %s", l.file, l.number, id)
			}
		}
	})
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func TestLinksBetweenPagesResolve(t *testing.T) {
	walk(func(l line) {
		if l.fence != nil {
			return
		}
		for _, m := range link.FindAllStringSubmatch(inline.ReplaceAllString(l.text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := Page(m[1]); err != nil {
				t.Errorf("%s:%d: %v", l.file, l.number, err)
			}
		}
	})
}

func TestEveryPageIsInTheIndex(t *testing.T) {
	readme, _ := Page("README.md")
	for _, name := range Names() {
		if name != "README.md" && !strings.Contains(readme, "]("+name+")") {
			t.Errorf("README.md does not list %s", name)
		}
	}
}

var (
	decision = regexp.MustCompile(`decision (D[0-9]{2})`)
	anyCode  = regexp.MustCompile("`((?:input|json|envelope|identity|key|signature|claim|compact|short|markdown|proof|dns|sigchain|channel|auth|handle|message|http|cli)\\.[a-z0-9_]+)`")
)

// Member paths that look like codes and are not.
var notCodes = []string{"envelope.from", "signature.key"}

func TestDecisionsAreListedOnce(t *testing.T) {
	listed := map[string]bool{}
	for _, row := range Table("decisions.md", "no") {
		if listed[row[0]] {
			t.Errorf("%s twice", row[0])
		}
		if len(row) != 5 || slices.Contains(row, "") {
			t.Errorf("%s has an empty cell", row[0])
		}
		listed[row[0]] = true
	}
	for n := 1; n <= len(listed); n++ {
		if id := fmt.Sprintf("D%02d", n); !listed[id] {
			t.Errorf("no %s", id)
		}
	}
	walk(func(l line) {
		for _, m := range decision.FindAllStringSubmatch(l.text, -1) {
			if !listed[m[1]] {
				t.Errorf("%s:%d: no decision %s", l.file, l.number, m[1])
			}
		}
	})
}

func TestCodes(t *testing.T) {
	statuses := []string{"", "valid"}
	for _, row := range Table("verification.md", "status") {
		statuses = append(statuses, strings.Trim(row[0], "`"))
	}
	seen := map[string]bool{}
	for _, c := range Codes() {
		if seen[c.Code] {
			t.Errorf("%s twice", c.Code)
		}
		seen[c.Code] = true
		if !anyCode.MatchString("`" + c.Code + "`") {
			t.Errorf("%s: unknown group", c.Code)
		}
		if c.When == "" || !slices.Contains(statuses, c.Status) || c.Exit < 1 || c.Exit > 3 {
			t.Errorf("%s: incomplete row %+v", c.Code, c)
		}
		if c.HTTP != 0 && (c.HTTP < 400 || c.HTTP > 599) {
			t.Errorf("%s: HTTP status %d", c.Code, c.HTTP)
		}
		if (c.Status == "unreachable") != (c.Exit == 3) && !strings.HasPrefix(c.Code, "http.") {
			t.Errorf("%s: status %q and exit %d", c.Code, c.Status, c.Exit)
		}
	}
	if len(seen) < 122 {
		t.Errorf("%d codes; the registry only grows", len(seen))
	}
	used := map[string]bool{}
	walk(func(l line) {
		for _, m := range anyCode.FindAllStringSubmatch(l.text, -1) {
			if slices.Contains(notCodes, m[1]) {
				continue
			}
			if !seen[m[1]] {
				t.Errorf("%s:%d: no code %s in errors.md", l.file, l.number, m[1])
			}
			if l.file != "errors.md" {
				used[m[1]] = true
			}
		}
	})
	for _, c := range Codes() {
		if !used[c.Code] {
			t.Errorf("%s: no page says when it is given", c.Code)
		}
	}
}

func TestTables(t *testing.T) {
	scopes := []string{"portable", "go-only"}
	for _, row := range append(Table("cli.md", "command"), Table("cli.md", "name")...) {
		if len(row) > 2 && !slices.Contains(scopes, row[len(row)-1]) {
			t.Errorf("cli.md: %s is neither portable nor go-only", row[0])
		}
	}
	if rows := Table("cli.md", "name"); len(rows) < 10 || rows[0][0] != "`KEZ_HOME`" {
		t.Errorf("environment table: %v", rows)
	}
}

var route = regexp.MustCompile("`(GET|POST|PUT) ([^`?]+)[^`]*`")

// The OpenAPI files repeat the route tables: the same paths and methods.
func TestOpenAPIHasTheRoutes(t *testing.T) {
	for _, server := range []string{"store", "relay"} {
		text, err := Page(server + ".openapi.yaml")
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, row := range Table(server+".md", "route") {
			for _, m := range route.FindAllStringSubmatch(row[0], -1) {
				want = append(want, strings.ToLower(m[1])+" "+m[2])
			}
		}
		path := ""
		for _, l := range strings.Split(text, "\n") {
			if strings.HasPrefix(l, "  /") {
				path = strings.TrimSuffix(strings.TrimSpace(l), ":")
			}
			if method := strings.TrimSpace(l); strings.HasPrefix(l, "    ") && slices.Contains([]string{"get:", "post:", "put:"}, method) {
				got = append(got, strings.TrimSuffix(method, ":")+" "+path)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: table %v\nyaml %v", server, want, got)
		}
	}
}

func TestPageUnknown(t *testing.T) {
	if _, err := Page("nothing.md"); err == nil {
		t.Error("a page that is not there")
	}
}

func TestPagesAreNeitherTinyNorHuge(t *testing.T) {
	for _, name := range Names() {
		text, _ := Page(name)
		if n := strings.Count(text, "\n"); n < 60 || n > 400 {
			t.Errorf("%s has %d lines", name, n)
		}
		if strings.Contains(text, "\t") || strings.Contains(text, " \n") {
			t.Errorf("%s has tabs or trailing spaces", name)
		}
	}
}
