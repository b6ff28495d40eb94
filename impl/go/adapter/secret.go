package adapter

import (
	"encoding/hex"
	"encoding/json"

	"kez.lat/kez/impl/go/keys"
)

// secret reads {"seed_hex": …}, {"nsec": …} or {"phrase": …}. Nostr signatures
// are made without randomness, so that they can be compared.
func secret(in Input, name string) (*keys.Private, error) {
	var s struct {
		Seed   *string `json:"seed_hex"`
		Nsec   *string `json:"nsec"`
		Phrase *string `json:"phrase"`
	}
	if err := json.Unmarshal(in[name], &s); err != nil {
		return nil, badInput("input %s is no secret: %v", name, err)
	}
	var key *keys.Private
	var err error
	switch {
	case s.Seed != nil:
		key, err = keys.ParseSeedHex(*s.Seed)
	case s.Nsec != nil:
		key, err = keys.ParseNsec(*s.Nsec)
	case s.Phrase != nil:
		key, err = keys.FromPhrase(*s.Phrase)
	default:
		err = badInput("input %s has none of seed_hex, nsec and phrase", name)
	}
	if err != nil {
		return nil, err
	}
	key.TestOnlyZeroAux()
	return key, nil
}

// readPhrase turns words into a key.
func readPhrase(r Request) (State, error) {
	phrase, err := r.Input.Text("phrase")
	if err != nil {
		return nil, err
	}
	key, err := keys.FromPhrase(phrase)
	if err != nil {
		return nil, err
	}
	return State{"seed": key.SecretText(), "public": key.PublicText(), "identity": key.Identity().String()}, nil
}

// readNsec gives the public half of a nostr secret key.
func readNsec(r Request) (State, error) {
	nsec, err := r.Input.Text("nsec")
	if err != nil {
		return nil, err
	}
	key, err := keys.ParseNsec(nsec)
	if err != nil {
		return nil, err
	}
	return publicHalf(key), nil
}

// pubkeyBIP340 gives the public half of a secp256k1 secret.
func pubkeyBIP340(r Request) (State, error) {
	secret, err := r.Input.Bytes("secret")
	if err != nil {
		return nil, err
	}
	key, err := keys.ParseNsec(hex.EncodeToString(secret))
	if err != nil {
		return nil, err
	}
	return publicHalf(key), nil
}

func publicHalf(key *keys.Private) State {
	public, _ := key.Identity().PublicKey()
	return State{"public": hex.EncodeToString(public[:]), "identity": key.Identity().String()}
}
