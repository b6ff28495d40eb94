package servertest

import "testing"

// TestJudgeTraceSeesAnEarlyAnswer shows that the judge can say no.
func TestJudgeTraceSeesAnEarlyAnswer(t *testing.T) {
	const (
		ask     = "7 read(9<socket:[1]>, \"POST /v1/sigchain\"..., 4096) = 700\n"
		write   = "8 pwrite64(6</x/kez-sig.db-wal>, \"\"..., 4096, 32) = 4096\n"
		sync    = "8 fdatasync(6</x/kez-sig.db-wal>) = 0\n"
		begin   = "8 fdatasync(6</x/kez-sig.db-wal> <unfinished ...>\n"
		end     = "8 <... fdatasync resumed>) = 0\n"
		failed  = "8 fdatasync(6</x/kez-sig.db-wal>) = -1 EIO\n"
		another = "8 fdatasync(5</x/kez-sig.db>) = 0\n"
		put     = "7 read(9<socket:[1]>, \"PUT /v1/profile/\"..., 4096) = 700\n"
		other   = "5 read(4<socket:[2]>, \"POST /v1/message\"..., 4096) = 700\n"
		found   = "7 write(9<socket:[1]>, \"HTTP/1.1 200 OK\\r\"..., 300) = 300\n"
		first   = "5 write(4<socket:[2]>, \"HTTP/1.1 201 Cre\"..., 300) = 300\n"
		page    = "7 read(9<socket:[1]>, \"GET /v1/inbox/al\"..., 4096) = 700\n"
		answer  = "7 write(9<socket:[1]>, \"HTTP/1.1 201 Cre\"..., 300) = 300\n"
	)
	for name, test := range map[string]struct {
		trace string
		early int
	}{
		"right":                     {ask + write + sync + answer, 0},
		"right, in two halves":      {ask + write + begin + end + answer, 0},
		"no sync":                   {ask + write + answer, 1},
		"sync too late":             {ask + write + answer + sync, 1},
		"sync still under way":      {ask + write + begin + answer + end, 1},
		"sync before the write":     {ask + sync + write + answer, 1},
		"sync of an earlier one":    {write + sync + ask + answer, 1},
		"sync of another file":      {ask + write + another + answer, 1},
		"sync failed":               {ask + write + failed + answer, 1},
		"a change":                  {put + write + sync + found, 0},
		"a change without a sync":   {write + sync + put + write + found, 1},
		"stored by another":         {other + write + ask + sync + first + found, 0},
		"by another, not synced":    {other + write + ask + found + sync + first, 1},
		"by another, long ago":      {other + write + sync + first + ask + found, 0},
		"by another, not yet":       {other + write + sync + first + page + write + ask + found, 1},
		"by nobody":                 {ask + found, 1},
		"a read":                    {page + found, 0},
		"the second is not covered": {ask + write + sync + answer + ask + answer, 1},
	} {
		if v := Judge(test.trace); len(v.Early) != test.early {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
