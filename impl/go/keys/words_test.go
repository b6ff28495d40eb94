package keys

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
)

func TestWordList(t *testing.T) {
	sum := sha256.Sum256([]byte(english))
	if got := hex.EncodeToString(sum[:]); got != "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda" {
		t.Errorf("english.txt has SHA-256 %s", got)
	}
	if words := englishWords(); len(words) != 2048 || !slices.IsSorted(words) {
		t.Errorf("%d words, or not in order", len(words))
	}
}
