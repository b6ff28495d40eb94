package channel_test

import (
	"net/http"
	"testing"

	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
)

// TestAdd is about errors of a scan: which are nothing, which a place that was
// not read whole, and which a candidate that is faulty.
func TestAdd(t *testing.T) {
	for code, want := range map[kez.Code]struct{ places, candidates int }{
		kez.ProofNoProof: {0, 0}, kez.MarkdownNoFence: {0, 0}, kez.InputEmpty: {0, 0},
		kez.InputTooLarge: {1, 0}, kez.DNSTooLarge: {1, 0}, kez.CompactTruncated: {0, 1},
	} {
		f := &channel.Finding{}
		f.Add("https://a.example/", nil, kez.Errorf(code, "fault"))
		if len(f.Places) != want.places || len(f.Candidates) != want.candidates {
			t.Errorf("%s: %+v", code, f)
		}
		if want.places == 1 && kez.CodeOf(f.Places[0].Err) != kez.ChannelTooLarge {
			t.Errorf("%s: %v", code, f.Places[0].Err)
		}
	}
	f := &channel.Finding{}
	f.Add("https://a.example/", []encoding.Candidate{{JSON: []byte("{}")}, {Err: kez.Errorf(kez.InputEmpty, "empty")}}, nil)
	if len(f.Candidates) != 2 || f.Candidates[1].URL != "https://a.example/" {
		t.Errorf("%+v", f)
	}
}

func TestRateLimited(t *testing.T) {
	for _, test := range []struct{ after, reset, hint string }{
		{"60", "1767323045", "try again in 60 seconds"},
		{"Fri, 02 Jan 2026 03:04:05 GMT", "", "try again after 2026-01-02T03:04:05Z"},
		{"", "1767323045", "try again after 2026-01-02T03:04:05Z"},
		{"60 or so", "-1", "try again later"},
		{"", "99999999999999", "try again later"},
	} {
		header := http.Header{"Retry-After": {test.after}, "X-Ratelimit-Reset": {test.reset}}
		err, _ := channel.RateLimited("a.example", header).(*kez.Error)
		if err == nil || err.Code != kez.ChannelRateLimited || err.Hint != test.hint {
			t.Errorf("%q %q: %+v", test.after, test.reset, err)
		}
	}
}
