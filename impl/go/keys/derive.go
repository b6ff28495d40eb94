package keys

import (
	"crypto/hkdf"
	"crypto/sha256"

	"kez.lat/kez/impl/go/kez"
)

// Derive gives a key of its own for one purpose, made from the seed by
// HKDF-SHA256 with no salt and info naming the purpose. It tells nothing about
// the seed or the keys of other purposes. The caller clears it after use.
func (p *Private) Derive(info string) (key [32]byte, err error) {
	switch {
	case p.id.System() != kez.SystemEd25519:
		return key, kez.Errorf(kez.SignatureAlgKeyMismatch, "keys for other purposes are derived from ed25519 keys alone").
			WithHint("kez identity new --key-type ed25519")
	case p.secret().erased:
		return key, erasedError()
	}
	derived, err := hkdf.Key(sha256.New, p.secret().seed[:], nil, info, len(key))
	if err != nil {
		return key, kez.Errorf(kez.CLIKeyStore, "the key cannot be derived: %w", err)
	}
	defer clear(derived)
	return [32]byte(derived), nil
}
