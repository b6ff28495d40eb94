package suite

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// visit answers yes after it has asked for a page of the world.
func visit(t *testing.T, path string) func(adapter.Request) adapter.Answer {
	return func(r adapter.Request) adapter.Answer {
		base := r.Endpoints["KEZ_WEB_BASE_URL"]
		if base == "" || r.Endpoints["KEZ_DNS_SERVER"] == "" || r.Endpoints["KEZ_SIG_SERVER"] != "none" {
			t.Errorf("endpoints %v", r.Endpoints)
		}
		response, err := http.Get(base + path)
		if err != nil {
			t.Error(err)
			return yes(r)
		}
		response.Body.Close()
		if response.StatusCode == http.StatusNotFound {
			return adapter.Answer{Reject: &adapter.Reject{Code: "channel.not_found"}}
		}
		return yes(r)
	}
}

func worldCase(id string, world map[string]string) vectors.Case {
	return vectors.Case{
		ID: id, Op: "identity.verify", Tags: []string{"KEZ-CHAN-001"}, Level: "MUST", World: world,
		Expect: vectors.Expect{Accept: map[string]json.RawMessage{}},
	}
}

func TestWorlds(t *testing.T) {
	all := []vectors.Case{worldCase("case-w-good", map[string]string{"_web/a.test/page": "x"}),
		worldCase("case-w-faulty", map[string]string{"_sea/a.test/page": "x"})}
	for _, tt := range []struct {
		path, say string
		want      [2]Outcome
	}{
		{"/a.test/page", "", [2]Outcome{Pass, Error}},
		{"/b.test/page", "web GET b.test/page", [2]Outcome{Fail, Error}},
	} {
		report, err := Run(context.Background(), fakeTarget([]string{"identity.verify"}, visit(t, tt.path)), all, all, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range report.Results {
			if r.Outcome != tt.want[i] {
				t.Errorf("%s of %s: %s, %s", r.Case.ID, tt.path, r.Outcome, r.Detail)
			}
		}
		if !strings.Contains(report.Results[0].Detail, tt.say) || !strings.Contains(report.Results[1].Detail, "_sea") {
			t.Errorf("details %q", []string{report.Results[0].Detail, report.Results[1].Detail})
		}
	}
}

func TestNoWorldNoEndpoints(t *testing.T) {
	target := fakeTarget([]string{"identity.parse"}, func(r adapter.Request) adapter.Answer {
		if r.Endpoints != nil {
			t.Errorf("endpoints %v", r.Endpoints)
		}
		return yes(r)
	})
	cases := testCases()[:1]
	if _, err := Run(context.Background(), target, cases, cases, Options{}); err != nil {
		t.Fatal(err)
	}
}
