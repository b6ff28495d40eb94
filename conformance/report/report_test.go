package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/vectors"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hostile tries to leave every format it is written in.
const hostile = "</code><script>alert(1)</script>]]>\x1b[31m\u202e"

func sample() *Document {
	c := func(id, op string, tags ...string) vectors.Case {
		return vectors.Case{ID: id, Title: "title of " + id, Why: "why of " + id, Op: op, Tags: tags, Level: "MUST", Status: "candidate"}
	}
	results := []suite.Result{
		{Case: c("chain-dies", "sigchain.verify", "KEZ-CHAIN-007"), Outcome: suite.Error, Detail: "the adapter ended " + hostile, Want: "accept {}"},
		{Case: c("claim-fails", "claim.verify", "KEZ-CLAIM-016", "KEZ-VERIFY-010"), Outcome: suite.Fail, Detail: "took what has to be refused",
			Want: "reject claim.expired", Got: "accept " + hostile},
		{Case: c("claim-known", "claim.verify", "KEZ-CLAIM-016"), Outcome: suite.Fail, Reason: "known " + hostile, Detail: "refused with another code"},
		{Case: c("claim-passes", "claim.verify", "KEZ-CLAIM-016"), Outcome: suite.Pass},
		{Case: c("claim-surprise", "claim.verify", "KEZ-CLAIM-016"), Outcome: suite.Pass, Unexpected: true, Detail: "passed, and the file says it fails"},
		{Case: c("identity-off", "identity.parse", "KEZ-ID-001"), Outcome: suite.Disabled, Reason: "no network"},
		{Case: c("message-later", "message.open", "KEZ-MSG-001"), Outcome: suite.Unsupported, Detail: "message.open is not declared"},
	}
	hello := suite.Hello{Name: "thing", Version: "1", Ops: []string{"claim.verify"}}
	reports := []*suite.Report{
		{Target: "one", Hello: hello, Results: results, Smoke: []string{"one is odd " + hostile}, Seconds: 1.25},
		{Target: "another", Hello: hello, Results: results[3:4]},
	}
	all := []vectors.Case{c("not-run", "claim.verify", "KEZ-CLAIM-001")}
	for _, r := range results {
		all = append(all, r.Case)
	}
	return New(reports, all, func(implementation, id string) string { return "repeat " + implementation + " " + id })
}

// The small formats are compared whole.
func TestGolden(t *testing.T) {
	d := sample()
	d.Rules = 0 // the sentences of the specification may be mended without this test
	for i := range d.Cases {
		d.Cases[i].Tags = []string{"KEZ-NONE-001"}
	}
	var summary bytes.Buffer
	d.Summary(&summary)
	for name, produce := range map[string]func() ([]byte, error){
		"results.json": d.JSON, "junit.xml": d.JUnit, "badge.json": d.Badge,
		"summary.txt": func() ([]byte, error) { return summary.Bytes(), nil },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := produce()
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs; -update writes it anew\n%s", path, got)
			}
		})
	}
}

func TestFormats(t *testing.T) {
	d := sample()
	data, err := d.JUnit()
	if err != nil {
		t.Fatal(err)
	}
	var suites junitSuites
	if err := xml.Unmarshal(data, &suites); err != nil {
		t.Fatal(err)
	}
	s := suites.Suites[1]
	if s.Name != "one" || s.Tests != 7 || s.Failures != 2 || s.Errors != 1 || s.Skipped != 3 {
		t.Errorf("the suite is %s: %d tests, %d failures, %d errors, %d skipped", s.Name, s.Tests, s.Failures, s.Errors, s.Skipped)
	}
	data, err = d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, new(Document)); err != nil {
		t.Error(err)
	}
}

// What did not run or is not supported was not shown to work, so nothing is
// green short of the whole suite.
func TestBadgeAndHeading(t *testing.T) {
	a, b := vectors.Case{ID: "a", Op: "claim.verify"}, vectors.Case{ID: "b", Op: "claim.verify"}
	pass := suite.Result{Case: a, Outcome: suite.Pass}
	for _, tt := range []struct {
		name                 string
		results              []suite.Result
		message, color, mark string
	}{
		{"all pass", []suite.Result{pass, {Case: b, Outcome: suite.Pass}}, "2 of 2", "brightgreen", "good"},
		{"an error", []suite.Result{pass, {Case: b, Outcome: suite.Error}}, "1 of 2, 1 in error", "red", "bad"},
		{"a narrowed run that fails", []suite.Result{{Case: b, Outcome: suite.Fail}}, "0 of 2, 1 failed, 1 not run", "red", "bad"},
		{"unsupported", []suite.Result{pass, {Case: b, Outcome: suite.Unsupported}}, "1 of 2, 1 unsupported", "yellowgreen", "neutral"},
		{"an expected failure", []suite.Result{pass, {Case: b, Outcome: suite.Fail, Reason: "known"}}, "1 of 2, 1 failed", "yellowgreen", "neutral"},
		{"a narrowed run", []suite.Result{pass}, "1 of 2, 1 not run", "lightgrey", "neutral"},
	} {
		d := New([]*suite.Report{{Target: "x", Results: tt.results}}, []vectors.Case{a, b}, func(string, string) string { return "" })
		badge, err := d.Badge()
		if err != nil || !strings.Contains(string(badge), `"color": "`+tt.color+`"`) || !strings.Contains(string(badge), `"message": "`+tt.message+`"`) {
			t.Errorf("%s: %s, %v", tt.name, badge, err)
		}
		page, err := d.HTML()
		if err != nil || !strings.Contains(string(page), `<h1 class="`+tt.mark+`">`) {
			t.Errorf("%s: the heading is not %s, %v", tt.name, tt.mark, err)
		}
	}
}

// No file tells how long the run took, so that two runs give the same files.
func TestDeterministic(t *testing.T) {
	produce := func(seconds float64) string {
		d := sample()
		d.Implementations[0].seconds = seconds
		var all []byte
		for _, f := range []func() ([]byte, error){d.JSON, d.JUnit, d.Badge, d.Coverage, d.HTML} {
			data, err := f()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, data...)
		}
		return string(all)
	}
	if produce(1) != produce(2) {
		t.Error("the files depend on the clock")
	}
}

// The page is whole, escapes what it shows and needs nothing from elsewhere.
func TestPage(t *testing.T) {
	data, err := sample().HTML()
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	for _, bad := range []string{"<script", "\x1b", "\u202e", `href="http`, "src=", "url(", "@import", "ZgotmplZ", "<no value>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{
		`id="KEZ-CLAIM-016"`, `href="#KEZ-CLAIM-016"`, `id="claim-fails"`, `href="#claim-fails"`,
		"repeat one claim-fails", "3 results need attention", "expected failure", "&lt;script&gt;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Index(page, `id="attention"`) > strings.Index(page, `id="workflows"`) {
		t.Error("failures do not come first")
	}
}

func TestCoverage(t *testing.T) {
	data, err := sample().Coverage()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| KEZ-CLAIM-016 | MUST | 4 | pass 1 | fail 2, pass 2 |\n", "| KEZ-CHAN-022 | MUST | later: ", "# Coverage of the specification\n\n6 of ", "Only 7 of the 8 cases",
		"| KEZ-CLAIM-001 | MUST | 1 |  |  |\n",
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %q in\n%s", want, data)
		}
	}
}

// Every operation of the vectors has a workflow, so that none hides in Other.
func TestWorkflows(t *testing.T) {
	all, err := vectors.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if Workflow(c.Op) == otherWorkflow {
			t.Errorf("%s has no workflow", c.Op)
		}
	}
}
