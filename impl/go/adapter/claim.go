package adapter

import (
	"slices"
	"strings"

	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
	"kez.lat/kez/impl/go/verify"
)

// verifyClaim does what `verify file` does.
func verifyClaim(r Request) (State, error) {
	text, err := r.Input.Bytes("text")
	if err != nil {
		return nil, err
	}
	as, err := r.Input.Text("as")
	if err != nil {
		return nil, err
	}
	if as == "auto" {
		as = ""
	}
	if as != "" && !slices.Contains(encoding.Readings(), as) {
		return nil, badInput("as %q is not known", as)
	}
	q, err := question(r)
	if err != nil {
		return nil, err
	}
	return verdict(verify.File(text, encoding.Reading(as), q))
}

// question reads what the operations that judge claims have in common.
func question(r Request) (verify.Question, error) {
	q := verify.Question{Now: r.Now}
	for name, into := range map[string]*kez.Identity{"subject": &q.Subject, "primary": &q.Primary} {
		text, err := r.Input.Text(name)
		if err != nil {
			return q, err
		}
		if text == "" {
			continue
		}
		if *into, err = kez.ParseTyped(text); err != nil {
			return q, err
		}
	}
	q.RequireChain = string(r.Input["require_chain"]) == "true"
	chains, err := r.Input.List("chains")
	if err != nil {
		return q, err
	}
	for _, data := range chains {
		if q.Chains == nil {
			q.Chains = new(verify.Chains)
		}
		if err := q.Chains.AddFile(data, "chain.jsonl"); err != nil {
			return q, err
		}
	}
	return q, nil
}

// verdict turns a result into a state, or into the refusal that its code is.
func verdict(result *verify.Result) (State, error) {
	if result.Code != "" {
		err := kez.Errorf(result.Code, "%s", result.Message)
		err.At, err.Cause = result.At, result.Cause
		return nil, err
	}
	state := State{"primary": result.Primary, "encoding": result.Encoding}
	if result.ChainResult != nil {
		addChain(state, result.ChainResult)
		return state, nil
	}
	state["subject"], state["created_at"], state["expires_at"] = result.Subject, result.CreatedAt, result.ExpiresAt
	state["chain_checked"], state["chain_listed"] = result.Chain.Checked, result.Chain.Listed
	state["chain_partial"] = result.Chain.Partial
	return state, nil
}

// encodeClaim writes a signed claim in another form.
func encodeClaim(r Request) (State, error) {
	json, err := r.Input.Bytes("json")
	if err != nil {
		return nil, err
	}
	to, err := r.Input.Text("to")
	if err != nil {
		return nil, err
	}
	var text []byte
	switch to {
	case "json":
		text, err = encoding.FormatJSON(json)
	case "markdown":
		text, err = encoding.FormatMarkdown(json)
	case "compact", "short", "dns":
		form, err := r.Input.Text("form")
		if err != nil {
			return nil, err
		}
		return encodeToken(json, to, form)
	default:
		return nil, badInput("to %q is not known", to)
	}
	if err != nil {
		return nil, err
	}
	return State{"text": Encode(text)}, nil
}

// encodeToken writes a token, alone or as the TXT record of its subject.
func encodeToken(json []byte, to, form string) (State, error) {
	if to != "dns" {
		form = to
	}
	encode := encoding.EncodeCompact
	if form == "short" {
		encode = encodeShort
	}
	token, err := encode(json)
	if err != nil {
		return nil, err
	}
	if to != "dns" {
		return State{"text": Encode([]byte(token))}, nil
	}
	doc, err := strictjson.Read(json, kez.MaxEnvelope)
	if err != nil {
		return nil, err
	}
	id, err := kez.ParseSigned(doc.Root().Member("payload").Member("subject").Text())
	if err != nil {
		return nil, err
	}
	return State{
		"strings": encoding.FormatTXT(token),
		"zone":    strings.TrimSuffix(encoding.FormatZone(id.Value(), token), "\n"),
	}, nil
}

func encodeShort(json []byte) (string, error) {
	fields, err := encoding.ShortOf(json)
	if err != nil {
		return "", err
	}
	return encoding.EncodeShort(fields)
}

// signClaim makes a claim with a given key at a given time.
func signClaim(r Request) (State, error) {
	signer, err := secret(r.Input, "secret")
	if err != nil {
		return nil, err
	}
	n := claim.New{}
	if r.Input.Has("subject") {
		subject, err := r.Input.Text("subject")
		if err != nil {
			return nil, err
		}
		if n.Subject, err = kez.ParseTyped(subject); err != nil {
			return nil, err
		}
	}
	if n.CreatedAt, err = r.Input.Text("created_at"); err != nil {
		return nil, err
	}
	if n.ExpiresAt, err = r.Input.Text("expires_at"); err != nil {
		return nil, err
	}
	made, err := claim.Sign(n, signer, r.Now)
	if err != nil {
		return nil, err
	}
	return State{"envelope": Encode(made.Bytes()), "payload": Encode(made.SignedBytes())}, nil
}
