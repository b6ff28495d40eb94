package nostrfake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcutil/bech32"
)

// taggedHash is the hash of BIP-340 for one purpose.
func taggedHash(tag string, parts ...[]byte) [32]byte {
	prefix := sha256.Sum256([]byte(tag))
	h := sha256.New()
	h.Write(prefix[:])
	h.Write(prefix[:])
	for _, part := range parts {
		h.Write(part)
	}
	return [32]byte(h.Sum(nil))
}

// basePoint is k·G with affine coordinates.
func basePoint(k *btcec.ModNScalar) btcec.JacobianPoint {
	var p btcec.JacobianPoint
	btcec.ScalarBaseMultNonConst(k, &p)
	p.ToAffine()
	return p
}

// evenKey is the secret scalar whose point has an even y, and that point's x.
func evenKey(secret []byte) (btcec.ModNScalar, [32]byte, error) {
	var d btcec.ModNScalar
	if len(secret) != 32 || d.SetByteSlice(secret) || d.IsZero() {
		return d, [32]byte{}, errors.New("nostrfake: the secret is no secp256k1 key")
	}
	p := basePoint(&d)
	if p.Y.IsOdd() {
		d.Negate()
	}
	return d, *p.X.Bytes(), nil
}

// schnorrSign signs with zeros as auxiliary bytes, so that worlds are the same
// each time.
func schnorrSign(secret, message []byte) ([]byte, error) {
	return schnorrSignAux(secret, message, [32]byte{})
}

func schnorrSignAux(secret, message []byte, aux [32]byte) ([]byte, error) {
	d, public, err := evenKey(secret)
	if err != nil {
		return nil, err
	}
	masked, mask := d.Bytes(), taggedHash("BIP0340/aux", aux[:])
	for i := range masked {
		masked[i] ^= mask[i]
	}
	var k, e btcec.ModNScalar
	nonce := taggedHash("BIP0340/nonce", masked[:], public[:], message)
	k.SetBytes(&nonce)
	r := basePoint(&k)
	if r.Y.IsOdd() {
		k.Negate()
	}
	challenge := taggedHash("BIP0340/challenge", r.X.Bytes()[:], public[:], message)
	e.SetBytes(&challenge)
	s := e.Mul(&d).Add(&k).Bytes()
	return append(r.X.Bytes()[:], s[:]...), nil
}

func schnorrVerify(public, message, sig []byte) bool {
	var key, base, product, sum btcec.JacobianPoint
	var r btcec.FieldVal
	var s, e btcec.ModNScalar
	if len(public) != 32 || len(sig) != 64 || key.X.SetByteSlice(public) || !btcec.DecompressY(&key.X, false, &key.Y) ||
		r.SetByteSlice(sig[:32]) || s.SetByteSlice(sig[32:]) {
		return false
	}
	key.Y.Normalize()
	key.Z.SetInt(1)
	challenge := taggedHash("BIP0340/challenge", sig[:32], public, message)
	e.SetBytes(&challenge)
	e.Negate()
	btcec.ScalarBaseMultNonConst(&s, &base)
	btcec.ScalarMultNonConst(&e, &key, &product)
	btcec.AddNonConst(&base, &product, &sum)
	if sum.Z.Normalize().IsZero() {
		return false
	}
	sum.ToAffine()
	return !sum.Y.IsOdd() && sum.X.Equals(&r)
}

// parseSecret reads 64 hex digits or an nsec.
func parseSecret(text string) ([]byte, error) {
	if !strings.HasPrefix(text, "nsec1") {
		secret, err := hex.DecodeString(text)
		if err != nil || len(secret) != 32 {
			return nil, errors.New("nostrfake: the secret is neither 64 hex digits nor an nsec")
		}
		return secret, nil
	}
	prefix, secret, err := bech32.DecodeToBase256(text)
	if err != nil || prefix != "nsec" {
		return nil, errors.New("nostrfake: the secret is no nsec")
	}
	return secret, nil
}

// Public gives the key of a secret as 64 hex digits and as an npub.
func Public(secret string) (hexKey, npub string, err error) {
	raw, err := parseSecret(secret)
	if err != nil {
		return "", "", err
	}
	_, public, err := evenKey(raw)
	if err != nil {
		return "", "", err
	}
	npub, err = bech32.EncodeFromBase256("npub", public[:])
	if err != nil {
		return "", "", fmt.Errorf("nostrfake: %w", err)
	}
	return hex.EncodeToString(public[:]), npub, nil
}
