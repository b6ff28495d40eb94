package gen

// shortFields are the fields of a short token, each as its bytes.
type shortFields struct {
	format, alg, key, sig, created, lifetime, subject []byte
}

// shortOf takes a claim apart.
func shortOf(s *signer, e obj) shortFields {
	alg := byte(1)
	if s.alg == algNostr {
		alg = 2
	}
	p := e.get("payload").(obj)
	from := moment(p.get("created_at").(string))
	lifetime := uint64(0)
	for _, m := range p {
		if m.name == "expires_at" {
			lifetime = uint64(moment(m.value.(string)).Unix() - from.Unix())
		}
	}
	return shortFields{
		[]byte{1}, []byte{alg}, s.public, unhex(e.get("signature", "sig").(string)),
		leb128(uint64(from.Unix())), leb128(lifetime), []byte(p.get("subject").(string)),
	}
}

func (f shortFields) bytes() []byte {
	var b []byte
	for _, part := range [][]byte{f.format, f.alg, f.key, f.sig, f.created, f.lifetime, f.subject} {
		b = append(b, part...)
	}
	return b
}

func (f shortFields) token() string { return "kez:b1:" + base64url(f.bytes()) }

func shortToken(s *signer, e obj) string { return shortOf(s, e).token() }

func leb128(n uint64) []byte {
	var b []byte
	for n >= 0x80 {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return append(b, byte(n))
}
