package scriptcmd

import (
	"net/http"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/testscript"
)

// lookup NAME: the TXT records of a name, one a line.
func lookup(ts *testscript.TestScript, _ bool, args []string) {
	answer, err := dns.Exchange(new(dns.Msg).SetQuestion(dns.Fqdn(args[0]), dns.TypeTXT), ts.Getenv("KEZ_DNS_SERVER"))
	ts.Check(err)
	for _, rr := range answer.Answer {
		if txt, ok := rr.(*dns.TXT); ok {
			_, err := ts.Stdout().Write([]byte(strings.Join(txt.Txt, "") + "\n"))
			ts.Check(err)
		}
	}
}

// get URL: asks and forgets the answer.
func get(ts *testscript.TestScript, _ bool, args []string) {
	response, err := http.Get(args[0])
	ts.Check(err)
	ts.Check(response.Body.Close())
}

// fails COMMAND ARG…: the command has to end the script. Only tests of the
// commands themselves need this.
func fails(r command) command {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		failed := true
		func() {
			defer func() { _ = recover() }()
			r(ts, neg, args)
			failed = false
		}()
		if !failed {
			ts.Fatalf("%v did not fail", args)
		}
	}
}

func TestScripts(t *testing.T) {
	cmds := map[string]command{"lookup": lookup, "get": get}
	Commands(cmds)
	cmds["fakefails"] = fails(cmds["fake"])
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: cmds, RequireUniqueNames: true})
}
