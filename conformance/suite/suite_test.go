package suite

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// fake answers in the process.
type fake struct {
	seq    int
	answer func(adapter.Request) adapter.Answer
}

func (f *fake) Run(_ context.Context, r adapter.Request) (adapter.Answer, error) {
	f.seq++
	return f.answer(r), nil
}
func (f *fake) Seq() int     { return f.seq }
func (f *fake) Close() []int { return nil }

func fakeTarget(ops []string, answer func(adapter.Request) adapter.Answer) *Target {
	return &Target{Name: "fake", Open: func(context.Context) (Session, Hello, error) {
		return &fake{answer: answer}, Hello{Protocol: 1, Name: "fake", Ops: ops}, nil
	}}
}

func yes(adapter.Request) adapter.Answer {
	return adapter.Answer{Accept: json.RawMessage(`{"identity":"x:y"}`)}
}

func TestOutcomes(t *testing.T) {
	cases := testCases()
	cases[1].Op = "message.open"
	cases[4].Status = vectors.Disputed
	target := fakeTarget([]string{"identity.parse"}, yes)
	target.Disabled = Reasons{"case-6-d": "no network"}
	target.Expected = Reasons{"case-2-no-1": "known", "case-0-a": "thought to fail"}
	report, err := Run(context.Background(), target, cases, cases, Options{Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range report.Results {
		word := string(r.Outcome)
		if r.Bad() {
			word += " bad"
		}
		got = append(got, word)
	}
	want := []string{"pass bad", "unsupported", "fail", "pass", "disabled", "fail bad", "disabled"}
	if !slices.Equal(got, want) {
		t.Errorf("outcomes %q, want %q", got, want)
	}
	if report.Bad() != 2 {
		t.Errorf("%d bad results, want 2", report.Bad())
	}
}

func TestRefusals(t *testing.T) {
	want := vectors.Reject{Code: "sigchain.gap", At: 3, Also: []string{"sigchain.order"}}
	for _, tt := range []struct {
		got adapter.Reject
		say string
	}{
		{adapter.Reject{Code: "sigchain.gap", At: 3}, ""},
		{adapter.Reject{Code: "sigchain.order", At: 3}, ""},
		{adapter.Reject{Code: "sigchain.gap", At: 2}, "another line"},
		{adapter.Reject{Code: "sigchain.gap"}, "another line"},
		{adapter.Reject{Code: "sigchain.seq", At: 3}, "another code"},
		{adapter.Reject{Code: "E17", At: 3}, "not in the registry"},
	} {
		if said := refusal(want, tt.got); said != tt.say && (tt.say == "" || !strings.Contains(said, tt.say)) {
			t.Errorf("%+v: %q, want %q", tt.got, said, tt.say)
		}
	}
	target := &Target{Codes: map[string]string{"E17": "sigchain.gap"}}
	c := vectors.Case{Expect: vectors.Expect{Reject: &vectors.Reject{Code: "sigchain.gap"}}}
	if r := classify(target, c, adapter.Answer{Reject: &adapter.Reject{Code: "E17"}}); r.Outcome != Pass {
		t.Errorf("a mapped code gives %s", r.Outcome)
	}
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		equal     bool
	}{
		{`{"a":1}`, `{"a":1,"b":2}`, true},
		{`{"a":1}`, `{"b":2}`, false},
		{`{"a":{"b":1}}`, `{"a":{"b":1,"c":2}}`, true},
		{`{"a":[1,2]}`, `{"a":[1,2,3]}`, false},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, false},
		{`{"a":[{"b":1}]}`, `{"a":[{"b":1,"c":2}]}`, true},
		{`{"a":{"utf8":"é"}}`, `{"a":{"hex":"c3a9"}}`, true},
		{`{"a":{"hex":"c3a9"}}`, `{"a":{"b64":"w6k="}}`, true},
		{`{"a":{"utf8":"é"}}`, `{"a":{"hex":"c3a8"}}`, false},
		{`{"a":{"utf8":"é"}}`, `{"a":"é"}`, false},
		{`{"a":"\u00e9"}`, `{"a":"é"}`, true},
		{`{"a":false}`, `{"a":0}`, false},
		{`{"a":""}`, `{"a":null}`, false},
		{`{"a":""}`, `{}`, false},
		{`{}`, `{}`, true},
	} {
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
			t.Fatal(err)
		}
		if differences := compare(want, json.RawMessage(tt.got)); (len(differences) == 0) != tt.equal {
			t.Errorf("%s and %s: %q", tt.want, tt.got, differences)
		}
	}
}

func TestSelect(t *testing.T) {
	cases := testCases()
	for _, tt := range []struct {
		filter Filter
		count  int
	}{
		{Filter{}, 7}, {Filter{IDs: []string{"case-3-bad"}}, 1}, {Filter{IDs: []string{"case-*-no-*"}}, 2},
		{Filter{Tags: []string{"KEZ-ID-001"}}, 7}, {Filter{Tags: []string{"KEZ-ID"}}, 7},
		{Filter{Tags: []string{"KEZ-ID-00"}}, 0}, {Filter{Ops: []string{"claim.verify"}}, 0},
		{Filter{Levels: []string{"SHOULD"}}, 0}, {Filter{IDs: []string{"case-9"}}, 0},
	} {
		selected, err := Select(cases, tt.filter)
		if len(selected) != tt.count || (err != nil) != (tt.count == 0) || err != nil && !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %d cases and %v, want %d", tt.filter, len(selected), err, tt.count)
		}
	}
	if _, err := Select(nil, Filter{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("no vectors at all: %v", err)
	}
}

func TestReasons(t *testing.T) {
	reasons, err := ParseReasons(strings.NewReader("# comment\n\n a-b # why # not\n"))
	if err != nil || reasons["a-b"] != "why # not" {
		t.Errorf("%v, %v", reasons, err)
	}
	if reasons, err := ParseReasons(strings.NewReader("a-b\t# why\nc \t #why\n")); err != nil || reasons["a-b"] != "why" || reasons["c"] != "why" {
		t.Errorf("%v, %v", reasons, err)
	}
	for _, bad := range []string{"a-b", "a-b #", "a-b # ", "a b # why", "a#why", "\ufeffa # why", "a # x\na # y"} {
		if _, err := ParseReasons(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestRequestInlinesFiles(t *testing.T) {
	for _, raw := range []string{`{"utf8":"x"}`, `[{"utf8":"file"}]`, `"file"`, `{"seed_hex":"00"}`} {
		out, err := inline(json.RawMessage(raw))
		if err != nil || string(out) != raw {
			t.Errorf("%s became %s, %v", raw, out, err)
		}
	}
	if _, err := inline(json.RawMessage(`[{"file":"no/such.gz"}]`)); err == nil {
		t.Error("a missing file was taken")
	}
}

func TestManifestOneShot(t *testing.T) {
	dir := t.TempDir()
	script := `read -r line
case "$line" in
*'"cmd":"hello"'*) echo '{"protocol":1,"name":"sh","version":"0","ops":["identity.parse"]}' ;;
*held*) sleep 30 & echo '{"seq":1}' ;;
*noisy*) echo one; echo two ;;
*dead*) echo gone >&2; exit 4 ;;
*) seq=${line#*'"seq":'}; echo "{\"seq\":${seq%%,*},\"accept\":{\"identity\":\"x:y\"}}" ;;
esac`
	if err := os.WriteFile(filepath.Join(dir, "adapter.sh"), []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sh.json")
	if err := os.WriteFile(path, []byte(`{"name":"sh","mode":"oneshot","adapter":["sh","adapter.sh"],"timeout_seconds":5}`), 0o666); err != nil {
		t.Fatal(err)
	}
	m, err := ReadManifest(path)
	if err != nil {
		t.Fatal(err)
	}
	target, err := m.Target(false)
	if err != nil {
		t.Fatal(err)
	}
	cases := testCases()
	cases[1].Input["text"], cases[4].Input["text"] = EncodeBytes([]byte("noisy")), EncodeBytes([]byte("dead"))
	cases[6].Input["text"] = EncodeBytes([]byte("held"))
	report, err := Run(context.Background(), target, cases, cases, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"pass", "error more than one line", "fail", "pass", "error gone", "fail", "error still holds its output open"}
	for i, r := range report.Results {
		outcome, detail, _ := strings.Cut(want[i], " ")
		if string(r.Outcome) != outcome || !strings.Contains(r.Detail, detail) {
			t.Errorf("%s: %s %q, want %s", r.Case.ID, r.Outcome, r.Detail, want[i])
		}
	}
}
