package sigchain

import (
	"time"

	"kez.lat/kez/impl/go/envelope"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// Change is an operation to be signed.
type Change struct {
	Op      Op
	Subject kez.Identity  // of add and revoke
	Key     *keys.Private // of rotate and add_device: the key that accepts
	Name    string        // of add_device
}

// Sign makes the next event of a chain, checks it as a reader would, and gives
// its canonical line without a newline. The chain is not changed.
func Sign(chain *State, change Change, signer *keys.Private, at time.Time) ([]byte, error) {
	primary := signer.Identity()
	if !chain.Primary.IsZero() && chain.Primary != primary {
		return nil, kez.Errorf(kez.SigchainPrimaryChanged, "the chain belongs to %s, and the key at hand is %s", chain.Primary, primary).
			WithHint("sign with the key of the chain's primary")
	}
	if err := chain.mayGrow(); err != nil {
		return nil, err
	}
	prev := ""
	if chain.Length > 0 {
		prev = chain.Head.String()
	}
	arguments, err := change.arguments(primary, prev)
	if err != nil {
		return nil, err
	}
	object := []envelope.Pair{
		{Name: "primary", Value: primary.String()},
		{Name: "seq", Value: int64(chain.Length)},
	}
	if prev != "" {
		object = append(object, envelope.Pair{Name: "prev", Value: prev})
	}
	object = append(object,
		envelope.Pair{Name: "created_at", Value: kez.FormatTime(at)},
		envelope.Pair{Name: "op", Value: string(change.Op)},
		envelope.Pair{Name: "payload", Value: arguments})
	p := &payload{state: chain}
	e, err := envelope.Sign(object, p, signer, envelope.Options{})
	if err != nil {
		return nil, err
	}
	p.primary = e.Primary
	return e.Bytes(), p.afterSignature()
}

func (c Change) arguments(primary kez.Identity, prev string) ([]envelope.Pair, error) {
	switch {
	case !c.Op.Known():
		return nil, kez.Errorf(kez.SigchainOpArguments, "there is no operation %s to sign", kez.Quote(string(c.Op)))
	case (c.Op == Rotate || c.Op == AddDevice) && c.Key == nil:
		return nil, kez.Errorf(kez.SigchainOpArguments, "the operation %s needs the key that accepts it", c.Op)
	}
	if c.Op == Add || c.Op == Revoke {
		return []envelope.Pair{{Name: "subject", Value: c.Subject.String()}}, nil
	}
	target := c.Key.Identity()
	sig, err := envelope.SignObject(acceptance(c.Op, primary, target, prev), c.Key)
	if err != nil {
		return nil, err
	}
	if c.Op == Rotate {
		return []envelope.Pair{{Name: "new_primary", Value: target.String()}, {Name: "new_sig", Value: sig}}, nil
	}
	return []envelope.Pair{{Name: "device", Value: target.String()}, {Name: "name", Value: c.Name}, {Name: "device_sig", Value: sig}}, nil
}
