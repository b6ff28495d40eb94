package suite

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// The test binary is the broken adapter too: its first argument names the way
// in which it is broken.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "broken-adapter" {
		broken(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

// broken answers rightly, but misbehaves at the input "bad".
func broken(how string) {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, adapter.MaxLine)
	for in.Scan() {
		var r adapter.Request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			panic(err)
		}
		switch {
		case r.Cmd == adapter.CmdHello:
			brokenHello(how)
		case r.Cmd == adapter.CmdBye:
			return
		case strings.Contains(string(r.Input["text"]), "bad"):
			misbehave(how, r.Seq)
		default:
			answerRightly(r)
		}
	}
}

func answerRightly(r adapter.Request) {
	if strings.Contains(string(r.Input["text"]), "no") {
		fmt.Printf(`{"seq":%d,"reject":{"code":"identity.invalid"}}`+"\n", r.Seq)
		return
	}
	fmt.Printf(`{"seq":%d,"accept":{"identity":"x:y","extra":1}}`+"\n", r.Seq)
}

func brokenHello(how string) {
	switch how {
	case "hello-garbage":
		fmt.Println("Welcome to KEZ!")
	case "hello-protocol":
		fmt.Println(`{"protocol":9,"name":"x","version":"0","ops":["identity.parse"]}`)
	case "hello-chatter":
		fmt.Println(`{"protocol":1,"name":"x","version":"0","ops":["identity.parse"]}` + "\nready")
	case "hello-no-ops":
		fmt.Println(`{"protocol":1,"name":"x","version":"0","ops":[]}`)
	case "hello-hangs":
		time.Sleep(time.Hour)
	case "hello-dies":
		fmt.Fprintln(os.Stderr, "no configuration")
		os.Exit(7)
	default:
		fmt.Println(`{"protocol":1,"name":"x","version":"0","ops":["identity.parse"]}`)
	}
}

func misbehave(how string, seq int) {
	good := fmt.Sprintf(`{"seq":%d,"accept":{"identity":"x:y"}}`, seq)
	switch how {
	case "garbage":
		fmt.Println("Segmentation fault")
	case "endless-line":
		for chunk := strings.Repeat("x", 1<<20); ; {
			if _, err := os.Stdout.WriteString(chunk); err != nil {
				os.Exit(1)
			}
		}
	case "hangs":
		time.Sleep(time.Hour)
	case "dies":
		fmt.Fprintln(os.Stderr, "assertion failed")
		os.Exit(3)
	case "dies-mid-line":
		fmt.Print(`{"seq":`)
		os.Exit(0)
	case "twice":
		fmt.Println(good)
		fmt.Println(good)
	case "chatter":
		fmt.Println(good + "\ndebug: done")
	case "ends-after":
		fmt.Println(good)
		os.Exit(3)
	case "same-member":
		fmt.Printf(`{"seq":%d,"accept":{"identity":"x:z","identity":"x:y"}}`+"\n", seq)
	case "other-spelling":
		fmt.Printf(`{"seq":%d,"Accept":{"identity":"x:y"}}`+"\n", seq)
	case "reject-spelling":
		fmt.Printf(`{"seq":%d,"reject":{"CODE":"identity.invalid"}}`+"\n", seq)
	case "mark":
		fmt.Println("\ufeff" + good)
	case "not-utf8":
		fmt.Printf("{\"seq\":%d,\"accept\":{\"identity\":\"x:y\",\"extra\":\"\xff\"}}\n", seq)
	case "floods":
		flood := strings.Repeat("warning! ", 1<<17)
		for range 4 {
			fmt.Fprint(os.Stderr, flood)
		}
		fmt.Println(good)
	case "unsupported":
		fmt.Printf(`{"seq":%d,"unsupported":true}`+"\n", seq)
	case "fault":
		fmt.Printf(`{"seq":%d,"fault":"out of cheese"}`+"\n", seq)
	case "two-outcomes":
		fmt.Printf(`{"seq":%d,"accept":{},"reject":{"code":"identity.invalid"}}`+"\n", seq)
	case "no-outcome":
		fmt.Printf(`{"seq":%d}`+"\n", seq)
	case "other-seq":
		fmt.Printf(`{"seq":%d,"accept":{"identity":"x:y"}}`+"\n", seq+5)
	case "foreign-code":
		fmt.Printf(`{"seq":%d,"reject":{"code":"E_BAD"}}`+"\n", seq)
	case "long-message":
		fmt.Printf(`{"seq":%d,"reject":{"code":"E_%[2]s","message":"%[2]s"}}`+"\n", seq, strings.Repeat("y", 1<<20))
	case "wrong-state":
		fmt.Printf(`{"seq":%d,"accept":{"identity":"x:z"}}`+"\n", seq)
	case "accept-list":
		fmt.Printf(`{"seq":%d,"accept":[]}`+"\n", seq)
	}
}

// cases are seven of which number four is the one at which adapters misbehave.
func testCases() []vectors.Case {
	var all []vectors.Case
	for i, text := range []string{"a", "b", "no-1", "bad", "c", "no-2", "d"} {
		c := vectors.Case{ID: fmt.Sprintf("case-%d-%s", i, text), Tags: []string{"KEZ-ID-001"}, Level: "MUST", Status: vectors.Candidate,
			Op: "identity.parse", Input: map[string]json.RawMessage{"text": EncodeBytes([]byte(text))}}
		if strings.HasPrefix(text, "no") {
			c.Expect.Reject = &vectors.Reject{Code: "identity.invalid"}
		} else {
			c.Expect.Accept = map[string]json.RawMessage{"identity": json.RawMessage(`"x:y"`)}
		}
		all = append(all, c)
	}
	return all
}

func brokenTarget(how string) *Target {
	return &Target{Name: how, Timeout: 5 * time.Second,
		Open: Process(adapter.Command{Args: []string{os.Args[0], "broken-adapter", how}})}
}

// Whatever an adapter does, the case at which it does it says so, and all
// others pass.
func TestBrokenAdapters(t *testing.T) {
	for how, want := range map[string]struct {
		outcome Outcome
		detail  string
	}{
		"garbage":         {Error, "not the promised JSON"},
		"endless-line":    {Error, "a line of more than"},
		"hangs":           {Error, "in time"},
		"dies":            {Error, "assertion failed"},
		"dies-mid-line":   {Error, "ends within a line"},
		"twice":           {Error, "more than once"},
		"chatter":         {Error, "more than its answer to this request: \"debug: done\""},
		"same-member":     {Error, `the member "identity" stands twice`},
		"other-spelling":  {Error, `the member "accept" is spelt "Accept"`},
		"reject-spelling": {Error, `the member "code" is spelt "CODE"`},
		"mark":            {Error, "starts with a byte order mark"},
		"not-utf8":        {Error, "not valid UTF-8"},
		"floods":          {Error, "standard error"},
		"unsupported":     {Fail, "declares identity.parse and answers unsupported"},
		"fault":           {Error, "out of cheese"},
		"two-outcomes":    {Error, "exactly one of"},
		"no-outcome":      {Error, "exactly one of"},
		"other-seq":       {Error, "has seq"},
		"foreign-code":    {Fail, "refused what has to be taken"},
		"long-message":    {Fail, "refused what has to be taken"},
		"wrong-state":     {Fail, `identity: want "x:y", got "x:z"`},
		"accept-list":     {Error, "not an object"},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			target := brokenTarget(how)
			if how == "hangs" {
				target.Timeout = 300 * time.Millisecond
			}
			cases := testCases()
			report, err := Run(context.Background(), target, cases, cases, Options{Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range report.Results {
				switch {
				case i == 3 && (r.Outcome != want.outcome || !strings.Contains(r.Detail, want.detail)):
					t.Errorf("%s: %s %q, want %s %q", r.Case.ID, r.Outcome, r.Detail, want.outcome, want.detail)
				case i != 3 && r.Outcome != Pass:
					t.Errorf("%s: %s %q, want pass", r.Case.ID, r.Outcome, r.Detail)
				case len(r.Got) > 2000:
					t.Errorf("%s: %d bytes of an answer go into the reports", r.Case.ID, len(r.Got))
				}
			}
		})
	}
}

// An adapter that hangs at everything ends the run, and the cases that did not
// run say so; one that hangs now and then does not.
func TestGiveUp(t *testing.T) {
	all := testCases()
	for _, tt := range []struct {
		giveUp, every, hung int
		stopped             bool
	}{{3, 0, 3, true}, {3, 3, 8, false}, {-1, 0, 12, false}} {
		var cases []vectors.Case
		for i := range 12 {
			c := all[3]
			if tt.every > 0 && i%tt.every == 2 {
				c = all[0]
			}
			c.ID = fmt.Sprintf("hang-%02d", i)
			cases = append(cases, c)
		}
		target := brokenTarget("hangs")
		target.Timeout = 200 * time.Millisecond
		report, err := Run(context.Background(), target, all, cases, Options{Workers: 1, GiveUp: tt.giveUp})
		if err != nil {
			t.Fatal(err)
		}
		hung := 0
		for _, r := range report.Results {
			if strings.Contains(r.Detail, "did not answer a request in time") {
				hung++
			} else if tt.stopped && (r.Outcome != Error || !strings.Contains(r.Detail, "not run: ")) {
				t.Errorf("%s: %s %q", r.Case.ID, r.Outcome, r.Detail)
			}
		}
		if hung != tt.hung || (report.Stopped != "") != tt.stopped {
			t.Errorf("give up after %d: %d cases hung, stopped %q", tt.giveUp, hung, report.Stopped)
		}
	}
}

// An adapter that ends after an answer is charged for that answer.
func TestEndsAfterAnswer(t *testing.T) {
	cases := testCases()
	target := brokenTarget("ends-after")
	hello := Hello{Name: "x", Ops: []string{"identity.parse"}}
	w := &worker{target: target, hello: hello, results: make([]Result, len(cases)), breaker: &breaker{}}
	defer w.close()
	for i, c := range cases {
		w.index = i
		w.results[i] = w.run(context.Background(), c)
		time.Sleep(200 * time.Millisecond) // for the end to be seen
	}
	for i, r := range w.results {
		if bad := i == 3; (r.Outcome == Error) != bad || bad && !strings.Contains(r.Detail, "ended after its answer to this request (exit status 3)") {
			t.Errorf("%s: %s %q", r.Case.ID, r.Outcome, r.Detail)
		}
	}
}

func TestBrokenHello(t *testing.T) {
	for how, want := range map[string]string{
		"hello-garbage":  "not the promised JSON",
		"hello-protocol": "speaks protocol 9",
		"hello-no-ops":   "declares no ops",
		"hello-chatter":  "wrote more than its answer to hello",
		"hello-hangs":    "did not answer hello in time",
		"hello-dies":     "exit status 7",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			target := brokenTarget(how)
			if how == "hello-hangs" {
				target.Timeout = 300 * time.Millisecond
			}
			cases := testCases()
			if _, err := Run(context.Background(), target, cases, cases, Options{}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		})
	}
}

// An adapter that starts and answers nothing is a broken harness, not an
// implementation with faults.
func TestSmoke(t *testing.T) {
	cases := testCases()
	for i := range cases {
		cases[i].Input["text"] = EncodeBytes([]byte("bad"))
	}
	_, err := Run(context.Background(), brokenTarget("dies"), cases, cases, Options{})
	if err == nil || !strings.Contains(err.Error(), "harness is broken") {
		t.Errorf("error %v", err)
	}
	report, err := Run(context.Background(), brokenTarget("foreign-code"), cases, cases, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Smoke) != 3 {
		t.Errorf("remarks %q", report.Smoke)
	}
}
