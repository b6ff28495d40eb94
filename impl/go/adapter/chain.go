package adapter

import (
	"bytes"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/verify"
)

// verifyChain replays a chain and gives its state.
func verifyChain(r Request) (State, error) {
	jsonl, err := r.Input.Bytes("jsonl")
	if err != nil {
		return nil, err
	}
	return replay(r, jsonl, encoding.FormJSONL)
}

// decodeBundle replays the chain in a token.
func decodeBundle(r Request) (State, error) {
	text, err := r.Input.Bytes("text")
	if err != nil {
		return nil, err
	}
	token, err := encoding.DecodeToken(text)
	if err != nil {
		return nil, err
	}
	if token.Form != encoding.FormBundle {
		return nil, kez.Errorf(kez.EnvelopeTypeMismatch, "this is a claim, and a bundle was asked for")
	}
	return replay(r, token.JSON, encoding.FormBundle)
}

func replay(r Request, jsonl []byte, form string) (State, error) {
	asked, err := r.Input.Text("primary")
	if err != nil {
		return nil, err
	}
	var options sigchain.Options
	if asked != "" {
		if options.Primary, err = kez.ParseSigned(asked); err != nil {
			return nil, err
		}
	}
	state, err := sigchain.Verify(bytes.NewReader(jsonl), options)
	if err != nil {
		return nil, err
	}
	result := verify.State(state)
	answer := State{"primary": result.Primary, "encoding": form}
	addChain(answer, result.ChainResult)
	return answer, nil
}

func addChain(answer State, chain *verify.ChainResult) {
	answer["length"], answer["head"], answer["partial"] = chain.Length, chain.Head, chain.Partial
	answer["active"], answer["revoked"], answer["devices"] = chain.Active, chain.Revoked, chain.Devices
	answer["successor"] = chain.Successor
}

// signEvent makes the next event of a chain.
func signEvent(r Request) (State, error) {
	signer, err := secret(r.Input, "secret")
	if err != nil {
		return nil, err
	}
	chain := new(sigchain.State)
	if r.Input.Has("jsonl") {
		jsonl, err := r.Input.Bytes("jsonl")
		if err != nil {
			return nil, err
		}
		if len(jsonl) > 0 {
			if chain, err = sigchain.VerifyBytes(jsonl); err != nil {
				return nil, err
			}
		}
	}
	change, err := change(r.Input)
	if err != nil {
		return nil, err
	}
	created, err := r.Input.Text("created_at")
	if err != nil {
		return nil, err
	}
	at, ok := kez.ParseTime(created)
	if !ok {
		return nil, kez.Errorf(kez.SigchainCreatedAt, "created_at is no legal time")
	}
	line, err := sigchain.Sign(chain, change, signer, at)
	if err != nil {
		return nil, err
	}
	return State{"line": Encode(line)}, nil
}

// change reads the operation to sign.
func change(in Input) (sigchain.Change, error) {
	op, err := in.Text("op")
	c := sigchain.Change{Op: sigchain.Op(op)}
	if err != nil {
		return c, err
	}
	if subject, err := in.Text("subject"); err != nil {
		return c, err
	} else if subject != "" {
		if c.Subject, err = kez.ParseTyped(subject); err != nil {
			return c, err
		}
	}
	if c.Name, err = in.Text("name"); err != nil {
		return c, err
	}
	c.Key, err = firstSecret(in, "new_secret", "device_secret")
	return c, err
}

// firstSecret reads the one of several members that is there.
func firstSecret(in Input, names ...string) (*keys.Private, error) {
	for _, name := range names {
		if in.Has(name) {
			return secret(in, name)
		}
	}
	return nil, nil
}
