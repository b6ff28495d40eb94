package conformance_test

import (
	"context"
	"os"
	"testing"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/clibridge"
	"kez.lat/kez/conformance/suite"
	"kez.lat/kez/vectors"
)

// hiddenCLI turns the test binary into the program kez.
const hiddenCLI = "__kez"

// The bridge drives the Go program by its command line alone. It starts a
// process a case, so only a part of the cases is asked, evenly spread.
func TestBridge(t *testing.T) {
	all, err := vectors.All()
	if err != nil {
		t.Fatal(err)
	}
	every := 7
	if os.Getenv("KEZ_BRIDGE_ALL") != "" {
		every = 1
	}
	var selected []vectors.Case
	for i := 0; i < len(all); i += every {
		selected = append(selected, all[i])
	}
	target := &suite.Target{Name: "kez", Open: clibridge.Open(adapter.Command{Args: []string{os.Args[0], hiddenCLI}})}
	report, err := suite.Run(context.Background(), target, all, selected, suite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if r.Bad() {
			t.Errorf("%s %s: %s\nwant %s\ngot  %s", r.Outcome, r.Case.ID, r.Detail, r.Want, r.Got)
		}
	}
	t.Logf("%d pass, %d unsupported of %d in %.1f s", report.Count(suite.Pass), report.Count(suite.Unsupported), len(selected), report.Seconds)
}
