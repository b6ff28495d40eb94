package ap

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkPlain shows that the time of hostile HTML grows with its length and
// no faster: the figures in MB/s are alike for all sizes.
func BenchmarkPlain(b *testing.B) {
	for _, filler := range []string{"<b>", "<a b", "&#", "<p><b>x"} {
		for _, size := range []int{64 << 10, 1 << 20} {
			source := strings.Repeat(filler, size/len(filler))
			b.Run(fmt.Sprintf("%q/%d", filler, size), func(b *testing.B) {
				b.SetBytes(int64(len(source)))
				for b.Loop() {
					plain(source)
				}
			})
		}
	}
}
