package gen

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"

	"filippo.io/edwards25519"
)

// sealed holds the steps of sealing a message.
type sealed struct{ u, shared, key, half []byte }

// agree finds the key that two people share, as the sender does.
func agree(from, to *signer, nonce []byte) sealed {
	sum := sha512.Sum512(from.secret)
	private, err := ecdh.X25519().NewPrivateKey(sum[:32]) // clamps
	if err != nil {
		panic(err)
	}
	p, err := new(edwards25519.Point).SetBytes(to.public)
	if err != nil {
		panic(err)
	}
	u := p.BytesMontgomery()
	public, err := ecdh.X25519().NewPublicKey(u)
	if err != nil {
		panic(err)
	}
	shared, err := private.ECDH(public)
	if err != nil {
		panic(err)
	}
	key, err := hkdf.Key(sha256.New, shared, nonce, "kez-chat-msg-v1", 32)
	if err != nil {
		panic(err)
	}
	return sealed{u, shared, key, sum[:32]}
}

func encrypt(key, nonce, plaintext []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm.Seal(nil, nonce, plaintext, nil)
}

// unsigned is a message envelope before it is signed.
func unsigned(from, to *signer, nonce, plaintext []byte) obj {
	ct := encrypt(agree(from, to, nonce).key, nonce, plaintext)
	return obj{{"v", 1}, {"from", from.id}, {"to", to.id}, {"nonce", tohex(nonce)}, {"ct", tohex(ct)}}
}

// stamped signs an envelope after edits.
func stamped(from *signer, e obj, edits ...edit) obj {
	e = apply(e, edits)
	return append(e, member{"sig", from.sign(canonical(e))})
}
