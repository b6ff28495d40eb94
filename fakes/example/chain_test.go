package example

import (
	"strings"
	"testing"
)

// The first event of the chain and its hash are those of the specification's
// example, whose second event has another time.
func TestChain(t *testing.T) {
	lines, err := Chain(make([]byte, 32), created, "github:alice", "dns:alice.example")
	if err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(lines, "\n")
	if !strings.HasSuffix(first, `"sig":"89bbc3c592a6132ad575fdf30d4ee5f27480cfcf0b62f3c033edd6287a96dca2542ff96675c82d33961ff718d8789ff4dbc4ea09c57fa3356ddeaff47fc1100d"}}`) {
		t.Errorf("first: %s", first)
	}
	if !strings.Contains(second, `"prev":"sha256:1e0c240460a8f61d566d3be570afdd20fd1b5596e80fc49980fc060a5a06f889"`) || !strings.HasSuffix(second, "\n") {
		t.Errorf("second: %s", second)
	}
}
