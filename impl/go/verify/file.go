package verify

import (
	"bytes"
	"errors"
	"io"

	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// File reads data as a file of the given form, or by itself where form is
// encoding.ReadAuto, and judges what it holds.
func File(data []byte, asked encoding.Reading, q Question) *Result {
	form, err := encoding.Detect(data, asked)
	if err != nil {
		return Failed(err, "", q)
	}
	switch form {
	case encoding.ReadChain:
		read := encoding.ChainText
		if asked == encoding.ReadChain {
			read = encoding.ChainLines // a forced reading takes lines as they are
		}
		chain, err := read(data)
		if err != nil {
			return Failed(err, KindSigchain, q)
		}
		written := encoding.FormJSONL
		if bytes.HasPrefix(bytes.TrimSpace(data), []byte("kez:")) {
			written = encoding.FormBundle
		}
		return q.chain(chain, written)
	case encoding.ReadToken:
		token, err := encoding.DecodeToken(data)
		if err == nil && token.Form == encoding.FormBundle {
			return q.chain(token.JSON, encoding.FormBundle)
		}
		return Claims([]encoding.Candidate{{Form: token.Form, JSON: token.JSON, Where: "the token", Err: err}}, q)
	case encoding.ReadZone:
		domain, found, err := encoding.ScanZone(data)
		if err != nil {
			return Failed(err, KindClaim, q)
		}
		return q.zone(domain, found)
	case encoding.ReadMarkdown:
		found, err := encoding.ScanMarkdown(data)
		if err != nil {
			return Failed(err, KindClaim, q)
		}
		return Claims(found, q)
	}
	return Claims([]encoding.Candidate{{Form: encoding.FormJSON, JSON: data, Where: "the file"}}, q)
}

func (q Question) chain(jsonl []byte, form string) *Result {
	r := Chain(bytes.NewReader(jsonl), q)
	r.Encoding = form
	return r
}

// zone judges the TXT records of a zone, whose owner name asks the question.
func (q Question) zone(domain string, found []encoding.Candidate) *Result {
	if q.Subject.IsZero() {
		subject, err := kez.ParseTyped("dns:" + domain)
		if err != nil {
			return Failed(err, KindClaim, q)
		}
		q.Subject = subject
	}
	return Claims(found, q)
}

// Chain verifies a chain of JSON lines from a stream and reports what it adds
// up to.
func Chain(r io.Reader, q Question) *Result {
	state, err := sigchain.Verify(r, sigchain.Options{})
	result := State(state)
	result.Evidence = q.Evidence
	if err != nil {
		result.fail(err, q.Searched)
	}
	return result
}

// State is the result of a chain that is already verified; nil is the empty one.
func State(state *sigchain.State) *Result {
	r := &Result{Status: kez.Valid, Message: "the chain is valid", Kind: KindSigchain, Encoding: encoding.FormJSONL,
		ChainResult: chainResult(state)}
	if state != nil {
		r.Primary = state.Primary.String()
	}
	if r.Partial {
		r.Message = "the chain is valid, and holds operations that this program does not know"
	}
	if state != nil && state.Fork != nil {
		r.fail(forked(state), false)
	}
	return r
}

func chainResult(state *sigchain.State) *ChainResult {
	c := &ChainResult{Active: []kez.Identity{}, Revoked: []kez.Identity{}, Devices: []Device{}, Fork: []string{}}
	if state == nil {
		return c
	}
	c.Length, c.Head, c.Partial, c.LastAt = state.Length, headText(state), state.Partial, state.LastAt
	c.Active, c.Revoked, c.Successor = state.Active(), state.Revoked(), state.Successor.String()
	for _, d := range state.Devices() {
		c.Devices = append(c.Devices, Device{d.Identity, d.Name})
	}
	if f := state.Fork; f != nil {
		c.Fork = append(c.Fork, f.Hashes[0].String(), f.Hashes[1].String())
	}
	return c
}

// AddFile reads a chain file, JSONL or a bundle, and adds it, forked ones
// included.
func (c *Chains) AddFile(data []byte, source string) error {
	chain, err := encoding.ChainText(data)
	if err != nil {
		return err
	}
	state, err := sigchain.VerifyBytes(chain)
	if err != nil && !errors.Is(err, kez.SigchainFork) {
		return err
	}
	c.add(chainSource{name: source, primary: state.Primary, state: state, lines: chain})
	return nil
}
