package gen

// read asks for the verdict on a text.
func read(as string, text []byte) input { return input{"text": text, "as": as} }

// asClaim reads a claim in the JSON form, written without white space.
func asClaim(e obj) input { return read("claim", []byte(compact(e))) }

// sound is the state of a valid claim of which no chain was read.
func sound(e obj, encoding string) state {
	p := e.get("payload").(obj)
	s := state{
		"subject": p.get("subject"), "primary": p.get("primary"), "encoding": encoding,
		"created_at": p.get("created_at"), "expires_at": "",
		"chain_checked": false, "chain_listed": false, "chain_partial": false,
	}
	for _, m := range p {
		if m.name == "expires_at" {
			s["expires_at"] = m.value
		}
	}
	return s
}

// decided is the state of a valid claim that a chain decided.
func decided(e obj, encoding string, listed, partial bool) state {
	s := sound(e, encoding)
	s["chain_checked"], s["chain_listed"], s["chain_partial"] = true, listed, partial
	return s
}

// signedBytes is the trace of a claim: what its signature covers.
func signedBytes(e obj) option {
	text := canonical(e.get("payload"))
	return func(c *caseOf) {
		trace("signed", []byte(text))(c)
		trace("sha256", digest(text))(c)
	}
}
