package adapter

import (
	"encoding/hex"
	"encoding/json"

	"kez.lat/kez/impl/go/chat"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// sealMessage seals a plaintext as it is given, with the nonce of the test.
func sealMessage(r Request) (State, error) {
	key, err := seed(r.Input)
	if err != nil {
		return nil, err
	}
	to, err := r.Input.Text("to")
	if err != nil {
		return nil, err
	}
	nonce, err := r.Input.Bytes("nonce")
	if err != nil {
		return nil, err
	}
	plaintext, err := r.Input.Bytes("plaintext")
	if err != nil {
		return nil, err
	}
	if len(nonce) != 12 {
		return nil, badInput("input nonce has %d bytes, and a nonce has 12", len(nonce))
	}
	recipient, err := kez.ParseSigned(to)
	if err != nil {
		return nil, err
	}
	sealer, err := chat.NewSealer(key)
	if err != nil {
		return nil, err
	}
	sealer.TestOnlyFixedNonce([12]byte(nonce))
	sealed, err := sealer.SealText(recipient, plaintext)
	if err != nil {
		return nil, err
	}
	return State{"envelope": Encode(sealed)}, nil
}

// openMessage opens an envelope as the owner of a seed.
func openMessage(r Request) (State, error) {
	key, err := seed(r.Input)
	if err != nil {
		return nil, err
	}
	sealed, err := r.Input.Bytes("envelope")
	if err != nil {
		return nil, err
	}
	text, err := r.Input.Text("row_created_at")
	if err != nil {
		return nil, err
	}
	rowCreatedAt, ok := kez.ParseTime(text)
	if !ok {
		return nil, badInput("input row_created_at is no time: %s", text)
	}
	seen, err := hashes(r.Input)
	if err != nil {
		return nil, err
	}
	m, err := chat.Open(key, sealed, rowCreatedAt, func(hash [32]byte) bool { return seen[hash] })
	if err != nil {
		return nil, err
	}
	return State{
		"from": m.From.String(), "body": m.Body, "sent_at": kez.FormatTime(m.SentAt), "dev": m.Dev, "ctr": m.Ctr,
	}, nil
}

// seed reads the member seed, hex of an Ed25519 seed.
func seed(in Input) (*keys.Private, error) {
	text, err := in.Text("seed")
	if err != nil {
		return nil, err
	}
	return keys.ParseSeedHex(text)
}

// hashes reads the member seen, hashes in hex.
func hashes(in Input) (map[[32]byte]bool, error) {
	set := map[[32]byte]bool{}
	if !in.Has("seen") {
		return set, nil
	}
	var list []string
	if err := json.Unmarshal(in["seen"], &list); err != nil {
		return nil, badInput("input seen is no list of hashes: %v", err)
	}
	for _, text := range list {
		hash, err := hex.DecodeString(text)
		if err != nil || len(hash) != 32 {
			return nil, badInput("input seen holds no hash: %s", text)
		}
		set[[32]byte(hash)] = true
	}
	return set, nil
}
