package gen

import (
	"fmt"
	"math/big"
	"strings"

	"filippo.io/edwards25519"
	"kez.lat/kez/spec"
)

// lowOrder lists the 14 encodings of the specification.
func lowOrder() []string {
	e, ok := spec.FindExample("low-order-encodings")
	if !ok {
		panic("gen: the specification has no list of low-order encodings")
	}
	return strings.Fields(e.Text)
}

// offCurve is the smallest y above 1 of which there is no point.
func offCurve() string {
	for y := byte(2); ; y++ {
		b := make([]byte, 32)
		b[0] = y
		if _, err := new(edwards25519.Point).SetBytes(b); err != nil {
			return tohex(b)
		}
	}
}

// offCurveX is the smallest x above 0 of which secp256k1 has no point.
func offCurveX() []byte {
	for x := int64(1); ; x++ {
		if lift(big.NewInt(x)) == nil {
			return bytes32(big.NewInt(x))
		}
	}
}

// secondSpelling is y = p+k, written without reduction.
func secondSpelling(k int64, sign byte) string {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	b := p.Add(p, big.NewInt(k)).FillBytes(make([]byte, 32))
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	b[31] |= sign << 7
	return tohex(b)
}

// signBitKey is the public key of the smallest seed whose x is odd.
func signBitKey() string {
	for b := byte(1); ; b++ {
		if k := edSigner("", repeated(b), ""); k.public[31] >= 0x80 {
			return tohex(k.public)
		}
	}
}

func identityKeys(t *topic) {
	t.group("identity.parse", "ID-006 ID-018", "A key with a second spelling, or that is no key, would let one signature count for everyone.")
	same(t, "ed25519", "an Ed25519 key", alice.id, wire, tags("ID-006"))
	same(t, "ed25519-sign", "a key with the sign bit set", "ed25519:"+signBitKey(), wire, tags("ID-006"))
	hex := alice.id[8:]
	wrong(t, "ed25519-63", "ed25519", "63 digits", "ed25519:"+hex[:63], tags("ID-006 ID-005"))
	wrong(t, "ed25519-65", "ed25519", "65 digits", "ed25519:"+hex+"0", tags("ID-006 ID-005"))
	wrong(t, "ed25519-letter", "ed25519", "a letter that is no hex digit", "ed25519:"+hex[:63]+"g", tags("ID-006 ID-005"))
	wrong(t, "ed25519-0x", "ed25519", "a prefix 0x", "ed25519:0x"+hex, tags("ID-006 ID-005"))
	wrong(t, "ed25519-npub", "ed25519", "an npub in place of hex", "ed25519:"+npub(nora.public), tags("ID-006 ID-005"))
	for i, low := range lowOrder() {
		t.bad(fmt.Sprintf("ed25519-low-order-%d", i+1), "low-order encoding "+low[:4]+"…"+low[60:], "ed25519",
			"one of the 14 low-order encodings as the key", signed("ed25519:"+low), "key.low_order", tags("ID-017"))
	}
	for _, f := range []struct{ id, fault, key string }{
		{"ed25519-no-point", "the smallest y that no point has", offCurve()},
		{"ed25519-y-p2", "y = p+2, the second spelling of 2", secondSpelling(2, 0)},
		{"ed25519-y-p3", "y = p+3, the second spelling of 3", secondSpelling(3, 0)},
		{"ed25519-y-p3-sign", "y = p+3 with the sign bit", secondSpelling(3, 1)},
		{"ed25519-y-max", "all bits set, y = p+18", secondSpelling(18, 1)},
	} {
		t.bad(f.id, f.fault, "ed25519", "a key with "+f.fault, signed("ed25519:"+f.key), "key.not_on_curve")
	}
	t.group("identity.parse", "ID-015 ID-005", "Many bech32 libraries take more than an npub; every looser reading is a second name for a key.")
	same(t, "nostr", "an npub", nora.id, wire, tags("ID-015 ID-006"))
	key := nora.public
	padded := fives(key)
	padded[len(padded)-1] |= 1
	wrong(t, "npub-checksum", "nostr", "a wrong checksum", nora.id[:len(nora.id)-1]+"q")
	wrong(t, "npub-bech32m", "nostr", "the checksum of bech32m", "nostr:"+bech32("npub", key, bech32mConst))
	wrong(t, "npub-31", "nostr", "31 bytes of data", "nostr:"+npub(key[:31]))
	wrong(t, "npub-33", "nostr", "33 bytes of data", "nostr:"+npub(append(key[:32:32], 0)))
	wrong(t, "npub-padding", "nostr", "a padding bit that is not zero", "nostr:"+bech32Digits("npub", padded, bech32Const))
	wrong(t, "npub-extra-digit", "nostr", "one digit more than 32 bytes need", "nostr:"+bech32Digits("npub", append(fives(key), 0), bech32Const))
	wrong(t, "npub-note", "nostr", "the human-readable part note", "nostr:"+bech32("note", key, bech32Const))
	wrong(t, "npub-nprofile", "nostr", "a profile in place of a key", "nostr:"+bech32("nprofile", append([]byte{0, 32}, key...), bech32Const))
	wrong(t, "npub-mixed-case", "nostr", "one letter in upper case", "nostr:N"+nora.id[7:])
	wrong(t, "npub-letter", "nostr", "the letter b, which bech32 does not have", "nostr:"+strings.Replace(nora.id[6:], "q", "b", 1))
	wrong(t, "nostr-63", "nostr", "63 hex digits", "nostr:"+tohex(key)[:63])
	for _, f := range []struct {
		id, fault string
		x         []byte
	}{
		{"nostr-no-point", "the smallest x that no point has", offCurveX()},
		{"nostr-zero", "x = 0", make([]byte, 32)},
		{"nostr-p", "x = p, the field prime", bytes32(curveP)},
		{"nostr-p1", "x = p+1, a second spelling of 1", bytes32(new(big.Int).Add(curveP, big.NewInt(1)))},
	} {
		t.bad(f.id, f.fault, "nostr", "an npub of "+f.fault, signed("nostr:"+npub(f.x)), "key.not_on_curve", tags("ID-016"))
	}
}
