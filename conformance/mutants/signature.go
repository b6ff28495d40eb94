package mutants

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"math/big"
	"slices"

	"filippo.io/edwards25519"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"

	"kez.lat/kez/impl/go/adapter"
	"kez.lat/kez/impl/go/kez"
)

func signatureMutants() []Mutant {
	return []Mutant{
		{"the library's Ed25519 alone", "KEZ-ID-017", alters("ed25519.verify", libraryEd25519)},
		{"S is reduced by the group order", "KEZ-SIG-019", alters("ed25519.verify", reducesS)},
		{"R may be of low order", "KEZ-SIG-020", alters("ed25519.verify", anyR)},
		{"the equation with the cofactor", "KEZ-SIG-021", alters("ed25519.verify", cofactored)},
		{"mixed-order keys are refused", "KEZ-SIG-022", alters("ed25519.verify", refusesMixed)},
		{"the y of a nostr R may be odd", "KEZ-SIG-024", alters("bip340.verify", anyParity)},
		{"the message is hashed before Ed25519", "KEZ-SIG-015", alters("ed25519.verify", prehashed)},
		{"nostr signs the payload and not its hash", "KEZ-SIG-016", alters(verify, unhashedNostr)},
		{"24 words are hashed like 12", "KEZ-SIG-025", alters("key.phrase", hashesSeed(24))},
		{"the hash of 12 words lacks its prefix", "KEZ-SIG-026", alters("key.phrase", hashesSeed(12))},
		{"the checksum of a phrase is not checked", "KEZ-SIG-027", skips("key.phrase", "cli.usage", func(r adapter.Request) bool {
			n := len(bytes.Fields([]byte(text(r.Input["phrase"]))))
			return n == 12 || n == 24
		})},
		{"phrases of 18 words are taken", "KEZ-SIG-027", skips("key.phrase", "cli.usage", func(r adapter.Request) bool {
			return len(bytes.Fields([]byte(text(r.Input["phrase"])))) == 18
		})},
	}
}

// parts gives what an Ed25519 signature is checked with: nil where a part has
// no such form.
func parts(r adapter.Request) (a, rPoint *edwards25519.Point, s, k *edwards25519.Scalar) {
	public, message, sig := input(r, "public"), input(r, "message"), input(r, "signature")
	if len(public) != 32 || len(sig) != 64 {
		return nil, nil, nil, nil
	}
	h := sha512.Sum512(slices.Concat(sig[:32], public, message))
	k, err := new(edwards25519.Scalar).SetUniformBytes(h[:])
	if err != nil {
		panic(err) // 64 bytes are uniform
	}
	a, errA := new(edwards25519.Point).SetBytes(public)
	rPoint, errR := new(edwards25519.Point).SetBytes(sig[:32])
	s, errS := new(edwards25519.Scalar).SetCanonicalBytes(sig[32:])
	if errA != nil || errR != nil || errS != nil {
		return nil, nil, nil, nil
	}
	return a, rPoint, s, k
}

func valid(ok bool) adapter.Answer {
	if ok {
		return adapter.Answer{Accept: adapter.State{}}
	}
	return refuses("signature.invalid")
}

func libraryEd25519(r adapter.Request, right adapter.Answer) adapter.Answer {
	public, sig := input(r, "public"), input(r, "signature")
	if len(public) != ed25519.PublicKeySize || len(sig) != ed25519.SignatureSize {
		return right
	}
	return valid(ed25519.Verify(public, input(r, "message"), sig))
}

func prehashed(r adapter.Request, right adapter.Answer) adapter.Answer {
	public, sig := input(r, "public"), input(r, "signature")
	if len(public) != ed25519.PublicKeySize || len(sig) != ed25519.SignatureSize {
		return right
	}
	digest := sha512.Sum512(input(r, "message"))
	return valid(ed25519.VerifyWithOptions(public, digest[:], sig, &ed25519.Options{Hash: crypto.SHA512}) == nil)
}

// order is L, the order of the base point.
var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

func reducesS(r adapter.Request, right adapter.Answer) adapter.Answer {
	sig := slices.Clone(input(r, "signature"))
	if len(sig) != 64 || right.Accept != nil {
		return right
	}
	littleEndian := slices.Clone(sig[32:])
	slices.Reverse(littleEndian)
	reduced := new(big.Int).Mod(new(big.Int).SetBytes(littleEndian), order).FillBytes(make([]byte, 32))
	slices.Reverse(reduced)
	copy(sig[32:], reduced)
	return adapter.Handle(with(r, "signature", sig))
}

// anyR checks the equation with any R that is a point.
func anyR(r adapter.Request, right adapter.Answer) adapter.Answer {
	a, point, s, k := parts(r)
	if a == nil || !has(right, "signature.invalid") {
		return right
	}
	computed := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(k, new(edwards25519.Point).Negate(a), s)
	return valid(computed.Equal(point) == 1)
}

func cofactored(r adapter.Request, right adapter.Answer) adapter.Answer {
	a, point, s, k := parts(r)
	if a == nil || right.Accept == nil && !has(right, "signature.invalid") {
		return right
	}
	computed := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(k, new(edwards25519.Point).Negate(a), s)
	computed.Subtract(computed, point)
	return valid(computed.MultByCofactor(computed).Equal(edwards25519.NewIdentityPoint()) == 1)
}

func refusesMixed(r adapter.Request, right adapter.Answer) adapter.Answer {
	a, _, _, _ := parts(r)
	if a == nil || right.Accept == nil {
		return right
	}
	// L·A is the identity exactly for keys without a small part.
	minusOne, err := new(edwards25519.Scalar).SetCanonicalBytes(orderMinusOne())
	if err != nil {
		panic(err) // L-1 is canonical
	}
	product := new(edwards25519.Point).ScalarMult(minusOne, a)
	return valid(product.Add(product, a).Equal(edwards25519.NewIdentityPoint()) == 1)
}

func orderMinusOne() []byte {
	b := new(big.Int).Sub(order, big.NewInt(1)).FillBytes(make([]byte, 32))
	slices.Reverse(b)
	return b
}

// anyParity compares x coordinates alone, where R with an odd y is refused.
func anyParity(r adapter.Request, right adapter.Answer) adapter.Answer {
	public, message, sig := input(r, "public"), input(r, "message"), input(r, "signature")
	if ok, can := bip340(public, message, sig); can && right.Accept == nil {
		return valid(ok)
	}
	return right
}

// bip340 checks a signature but for the parity of R, over a message of any
// length. It cannot where a part has no such form.
func bip340(public, message, sig []byte) (ok, can bool) {
	key, err := schnorr.ParsePubKey(public)
	if err != nil || len(sig) != 64 {
		return false, false
	}
	tag := sha256.Sum256([]byte("BIP0340/challenge"))
	challenge := sha256.Sum256(slices.Concat(tag[:], tag[:], sig[:32], public, message))
	var e, s secp256k1.ModNScalar
	e.SetBytes(&challenge)
	if s.SetByteSlice(sig[32:]) {
		return false, false
	}
	var p, sG, eP, sum secp256k1.JacobianPoint
	key.AsJacobian(&p)
	secp256k1.ScalarBaseMultNonConst(&s, &sG)
	secp256k1.ScalarMultNonConst(e.Negate(), &p, &eP)
	secp256k1.AddNonConst(&sG, &eP, &sum)
	sum.ToAffine()
	return bytes.Equal(sum.X.Bytes()[:], sig[:32]), true
}

// unhashedNostr checks the signature of a nostr key over the payload itself.
func unhashedNostr(r adapter.Request, right adapter.Answer) adapter.Answer {
	envelope := object(input(r, "text"))
	signature := object(envelope["signature"])
	id, err := kez.ParseSigned(text(signature["key"]))
	if err != nil || id.System() != "nostr" || right.Accept == nil && !has(right, "signature.invalid") {
		return right
	}
	public, _ := id.PublicKey()
	sig, err := hex.DecodeString(text(signature["sig"]))
	if ok, can := bip340(public[:], canonicalOf(envelope["payload"]), sig); err != nil || !can || ok {
		return right
	}
	return refuses("signature.invalid")
}

// hashesSeed derives the seed of phrases of that many words in another way.
func hashesSeed(words int) func(adapter.Request, adapter.Answer) adapter.Answer {
	return func(r adapter.Request, right adapter.Answer) adapter.Answer {
		if right.Accept == nil || len(bytes.Fields([]byte(text(r.Input["phrase"])))) != words {
			return right
		}
		seed := sha256.Sum256([]byte(text(r.Input["phrase"])))
		public, ok := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
		if !ok {
			return right
		}
		key := hex.EncodeToString(public)
		return adapter.Answer{Accept: adapter.State{"seed": hex.EncodeToString(seed[:]), "public": key, "identity": "ed25519:" + key}}
	}
}
