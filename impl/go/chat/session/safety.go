package session

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// SafetyNumber gives the number that the user and a peer compare to know that
// nobody stands between them. It is the same on both sides and changes with
// either key (KEZ-MSG-030).
func (s *Session) SafetyNumber(peer kez.Identity) string { return SafetyNumber(s.me, peer) }

// SafetyNumber gives twelve groups of five digits for two ed25519 keys, in
// whatever order they are given.
func SafetyNumber(a, b kez.Identity) string {
	x, _ := a.PublicKey()
	y, _ := b.PublicKey()
	if bytes.Compare(x[:], y[:]) > 0 {
		x, y = y, x
	}
	return half(x) + " " + half(y)
}

// half gives the six groups of one key.
func half(key [32]byte) string {
	digest := sha256.Sum256(append([]byte("kez-safety-number-v1"), key[:]...))
	groups := make([]string, 6)
	for i := range groups {
		var n uint64
		for _, b := range digest[5*i : 5*i+5] {
			n = n<<8 | uint64(b)
		}
		groups[i] = fmt.Sprintf("%05d", n%100000)
	}
	return strings.Join(groups, " ")
}
