package envelope

import (
	"encoding/hex"
	"strings"

	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Member describes one member of a payload.
type Member struct {
	Name string
	// Missing is the code when the member is absent; "" for an optional one.
	Missing kez.Code
	// Type is the JSON type the member must have, else json.type; None leaves
	// the type to the payload's own rules.
	Type strictjson.Kind
}

// Payload is what a kind of payload adds to the rules of the envelope. The
// methods are called in this order, once the members have been checked.
type Payload interface {
	// Schema names the kind, the value of payload.type, and the members besides
	// type in their order.
	Schema() (kind Kind, payloadType string, members []Member)
	// Types checks JSON types inside members that are objects themselves.
	Types(payload strictjson.Value) error
	// Links checks the place in a chain.
	Links(payload strictjson.Value) error
	// Identities reads the identities that come before primary and key.
	Identities(payload strictjson.Value) error
	// Rules checks everything else, version and times first.
	Rules(payload strictjson.Value) error
}

// Options are what a reader of envelopes may know beforehand.
type Options struct {
	// Known is an identity already parsed, typically the primary of a chain;
	// meeting it again costs a comparison.
	Known kez.Identity
	// System, if set, is the only system whose keys may be the primary.
	System string
	// Device reports whether another key than the primary may sign; nil allows
	// none.
	Device func(key, primary kez.Identity) bool
}

// Read checks one envelope in everything but its signature. The document must
// be canonical, and must not be reused while the result is in use.
func Read(doc *strictjson.Document, payload Payload, options Options) (*Envelope, error) {
	kind, payloadType, members := payload.Schema()
	e := &Envelope{Kind: kind, doc: doc}
	root := doc.Root()
	e.payload = root.Member("payload")
	signature := root.Member("signature")
	if err := checkShape(root, kind, payloadType, members); err != nil {
		return nil, err
	}
	if err := checkTypes(root, payload, members); err != nil {
		return nil, err
	}
	if err := payload.Links(e.payload); err != nil {
		return nil, err
	}
	if err := payload.Identities(e.payload); err != nil {
		return nil, err
	}
	if err := e.readSigner(signature, options); err != nil {
		return nil, err
	}
	if err := payload.Rules(e.payload); err != nil {
		return nil, err
	}
	return e, nil
}

// checkShape covers ranks 3 to 7 of the order of codes.
func checkShape(root strictjson.Value, kind Kind, payloadType string, members []Member) error {
	if root.Kind() != strictjson.Object {
		return notObject("the envelope is %s, not an object", root.Kind())
	}
	if err := unknownMember(root, "the envelope", "kez", "payload", "signature"); err != nil {
		return err
	}
	kezMember, payload, signature := root.Member("kez"), root.Member("payload"), root.Member("signature")
	if kezMember.Kind() == strictjson.None || payload.Kind() == strictjson.None {
		return notObject("the object lacks the members kez and payload of an envelope")
	}
	if err := checkKind(kezMember, payload, kind, payloadType); err != nil {
		return err
	}
	if payload.Kind() == strictjson.Object {
		if err := unknownPayloadMember(payload, members); err != nil {
			return err
		}
	}
	if signature.Kind() == strictjson.Object {
		if err := unknownMember(signature, "the signature", "alg", "key", "sig"); err != nil {
			return err
		}
	}
	if payload.Kind() == strictjson.Object {
		for _, m := range members {
			if m.Missing != "" && m.Missing != kez.JSONType && payload.Member(m.Name).Kind() == strictjson.None {
				return kez.Errorf(m.Missing, "the payload has no member %s", m.Name).
					WithHint("sign it again with a client that writes every member")
			}
		}
	}
	return signatureMissing(signature)
}

func notObject(format string, args ...any) error {
	return kez.Errorf(kez.EnvelopeNotObject, format, args...).
		WithHint(`an envelope is one JSON object {"kez": …, "payload": {…}, "signature": {…}}`)
}

// checkKind lets values of the wrong JSON type pass: they are json.type later.
func checkKind(kezMember, payload strictjson.Value, kind Kind, payloadType string) error {
	if kezMember.Kind() == strictjson.String && !kezMember.Is(string(kind)) {
		return kez.Errorf(kez.EnvelopeTypeMismatch, "the envelope is of another kind than %s", kind).
			WithHint("a claim, a sigchain event and a handle registration are never read as one another")
	}
	if payload.Kind() != strictjson.Object {
		return nil
	}
	switch t := payload.Member("type"); t.Kind() {
	case strictjson.None:
		return kez.Errorf(kez.EnvelopeTypeMismatch, "the payload has no member type; %s was expected", payloadType)
	case strictjson.String:
		if !t.Is(payloadType) {
			return kez.Errorf(kez.EnvelopeTypeMismatch, "payload.type is another than %s, so the envelope says two things", payloadType)
		}
	}
	return nil
}

func unknownMember(object strictjson.Value, where string, known ...string) error {
	for name := range object.Members() {
		found := false
		for _, k := range known {
			found = found || k == name
		}
		if !found {
			return unknownError(name, where)
		}
	}
	return nil
}

func unknownPayloadMember(payload strictjson.Value, members []Member) error {
	for name := range payload.Members() {
		found := name == "type"
		for _, m := range members {
			found = found || m.Name == name
		}
		if !found {
			return unknownError(name, "the payload")
		}
	}
	return nil
}

func unknownError(name, where string) error {
	return kez.Errorf(kez.JSONUnknownMember, "%s has a member %s that the format does not know", where, kez.Quote(name)).
		WithHint("names match exactly, and nothing unknown is skipped, since it would be shown or signed unseen")
}

func signatureMissing(signature strictjson.Value) error {
	missing := ""
	switch signature.Kind() {
	case strictjson.None, strictjson.Null:
		missing = "signature"
	case strictjson.Object:
		for _, name := range []string{"alg", "key", "sig"} {
			m := signature.Member(name)
			if m.Kind() == strictjson.None || name == "sig" && (m.Kind() == strictjson.Null || m.Is("")) {
				missing = "signature." + name
				break
			}
		}
	}
	if missing == "" {
		return nil
	}
	return kez.Errorf(kez.SignatureMissing, "the envelope is not signed: %s is missing or empty", missing).
		WithHint("copy the whole proof, signature included")
}

// checkTypes is rank 8.
func checkTypes(root strictjson.Value, rules Payload, members []Member) error {
	payload, signature := root.Member("payload"), root.Member("signature")
	if err := WantType(root.Member("kez"), "kez", strictjson.String); err != nil {
		return err
	}
	if err := WantType(payload, "payload", strictjson.Object); err != nil {
		return err
	}
	if err := WantType(payload.Member("type"), "payload.type", strictjson.String); err != nil {
		return err
	}
	for _, m := range members {
		value := payload.Member(m.Name)
		if m.Type == strictjson.None || m.Missing == "" && value.Kind() == strictjson.None {
			continue
		}
		if err := WantType(value, "payload."+m.Name, m.Type); err != nil {
			return err
		}
	}
	if err := rules.Types(payload); err != nil {
		return err
	}
	if err := WantType(signature, "signature", strictjson.Object); err != nil {
		return err
	}
	for _, name := range []string{"alg", "key", "sig"} {
		if err := WantType(signature.Member(name), "signature."+name, strictjson.String); err != nil {
			return err
		}
	}
	return nil
}

// WantType gives json.type unless the value, known to people as name, is of the
// wanted type.
func WantType(value strictjson.Value, name string, want strictjson.Kind) error {
	if value.Kind() == want {
		return nil
	}
	return kez.Errorf(kez.JSONType, "%s is %s, and must be %s", name, value.Kind(), want)
}

// readSigner covers the identities primary and key and the signature block.
func (e *Envelope) readSigner(signature strictjson.Value, options Options) error {
	var err error
	known := options.Known
	if e.Primary, err = parseKnown(e.payload.Member("primary"), known); err != nil {
		return err
	}
	if e.Key, err = parseKnown(signature.Member("key"), e.Primary); err != nil {
		return err
	}
	system := keys.AlgorithmSystem(signature.Member("alg").Text())
	switch {
	case system == "":
		return kez.Errorf(kez.SignatureAlgUnknown, "the signature algorithm %s is unknown", kez.Quote(signature.Member("alg").Text())).
			WithHint("%s and %s exist", keys.AlgEd25519, keys.AlgNostr)
	case system != e.Key.System():
		return kez.Errorf(kez.SignatureAlgKeyMismatch, "the signature algorithm is for %s keys, and signature.key is a %s identity", system, e.Key.System())
	case !e.Primary.IsKey():
		return kez.Errorf(kez.SignatureAlgKeyMismatch, "the primary is a %s identity, and only nostr and ed25519 keys can sign", e.Primary.System())
	case options.System != "" && e.Primary.System() != options.System:
		return kez.Errorf(kez.SignatureAlgKeyMismatch, "the primary is a %s identity, and only %s keys can do this", e.Primary.System(), options.System).
			WithHint("make such a key with: kez identity new --key-type %s", options.System)
	case e.Key != e.Primary && (options.Device == nil || !options.Device(e.Key, e.Primary)):
		return kez.Errorf(kez.SignatureKeyMismatch, "the envelope is signed by another key than its primary").
			WithHint("a device may sign claims where the primary's chain lists it: give the chain with --chain FILE")
	}
	e.Algorithm = signature.Member("alg").Text()
	return e.readSig(signature.Member("sig").Text())
}

func parseKnown(value strictjson.Value, known kez.Identity) (kez.Identity, error) {
	if !known.IsZero() && value.Is(known.String()) {
		return known, nil
	}
	return kez.ParseSigned(value.Text())
}

func (e *Envelope) readSig(sig string) error {
	for i := range len(sig) {
		if b := sig[i]; (b < '0' || b > '9') && (b < 'a' || b > 'f') {
			return kez.Errorf(kez.SignatureEncoding, "signature.sig holds %q at position %d; lower-case hex is the only spelling", sig[i:i+1], i).
				WithHint("%s", upperHint(sig))
		}
	}
	if len(sig) != 2*len(e.Signature) {
		return kez.Errorf(kez.SignatureLength, "signature.sig has %d hex digits, and a signature has %d", len(sig), 2*len(e.Signature)).
			WithHint("copy the whole proof again")
	}
	_, err := hex.Decode(e.Signature[:], []byte(sig))
	return err
}

func upperHint(sig string) string {
	if strings.ContainsAny(sig, "ABCDEF") {
		return "two spellings of one signature would be two proofs, so upper case is refused"
	}
	return "copy the signature again, without prefix, space or line break"
}
