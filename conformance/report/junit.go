package report

import (
	"encoding/xml"
	"strings"

	"kez.lat/kez/conformance/suite"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure"`
	Error   *junitMessage `xml:"error"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the results as JUnit XML. An expected failure, an unsupported
// operation and a disabled case are skipped there, an unexpected pass fails.
func (d *Document) JUnit() ([]byte, error) {
	var all junitSuites
	for _, i := range d.Implementations {
		s := junitSuite{Name: i.Name, Tests: len(i.Results)}
		for _, r := range i.Results {
			s.add(d.junitCase(i, r))
		}
		all.Suites = append(all.Suites, s)
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(out, '\n')...), nil
}

func (s *junitSuite) add(c junitCase) {
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func (d *Document) junitCase(i Implementation, r Result) junitCase {
	c := d.find(r.ID)
	out := junitCase{Class: i.Name + "." + strings.ReplaceAll(c.Workflow, " ", "_"), Name: r.ID}
	var text strings.Builder
	if r.Outcome != suite.Pass || r.Unexpected {
		d.Explain(&text, r)
	}
	first, _, _ := strings.Cut(r.Detail, "\n")
	message := &junitMessage{Message: first, Text: text.String()}
	switch {
	case r.Outcome == suite.Error:
		out.Error = message
	case r.Bad:
		out.Failure = message
	case r.Outcome == suite.Fail:
		out.Skipped = &junitMessage{Message: "expected failure: " + r.Reason}
	case r.Outcome != suite.Pass:
		out.Skipped = &junitMessage{Message: strings.TrimSpace(string(r.Outcome) + " " + r.Reason)}
	}
	return out
}
