package clibridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/vectors"
)

// claimVerify asks `verify file`.
func claimVerify(c *call, r adapter.Request) (adapter.Answer, error) {
	for _, name := range []string{"subject", "primary", "require_chain"} {
		if len(r.Input[name]) > 0 {
			return inexpressible("`verify file` has no flag for " + name)
		}
	}
	proof, err := data(r, "text")
	if err != nil {
		return adapter.Answer{}, err
	}
	var flags []string
	if as := text(r, "as"); as != "auto" {
		flags = append(flags, "--as", as)
	}
	var chains []vectors.Bytes
	if raw := r.Input["chains"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &chains); err != nil {
			return adapter.Answer{}, err
		}
	}
	if len(chains) > 1 {
		return inexpressible("`verify file` takes one --chain")
	}
	for _, b := range chains {
		chain, err := b.Decode()
		if err != nil {
			return adapter.Answer{}, err
		}
		path, err := c.file("chain.jsonl", chain)
		if err != nil {
			return adapter.Answer{}, err
		}
		flags = append(flags, "--chain", path)
	}
	return c.verify(proof, flags...)
}

// identityVerify asks `verify id`, in the world of the case.
func identityVerify(c *call, r adapter.Request) (adapter.Answer, error) {
	identity := text(r, "identity")
	if strings.HasPrefix(identity, "-") {
		return inexpressible("the identity would be a flag")
	}
	if len(r.Input["chains"]) > 0 {
		return inexpressible("`verify id` has no portable flag for chains")
	}
	if len(r.Endpoints) == 0 {
		return adapter.Answer{}, errors.New("the request has no endpoints, and nobody else is to be asked")
	}
	args := []string{"verify", "id", identity}
	if primary := text(r, "primary"); primary != "" {
		args = append(args, "--primary", primary)
	}
	if string(r.Input["require_chain"]) == "true" {
		args = append(args, "--require-chain")
	}
	var kept []vectors.Bytes
	if raw := r.Input["kept"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &kept); err != nil {
			return adapter.Answer{}, err
		}
	}
	for _, b := range kept {
		chain, err := b.Decode()
		if err == nil {
			_, err = c.keepChain(chain)
		}
		if err != nil {
			return adapter.Answer{}, err
		}
	}
	for name, value := range r.Endpoints {
		c.env = append(c.env, name+"="+value)
	}
	return c.judged(args...)
}

// txtRead asks `verify file --as zone` with the records as zone text.
func txtRead(c *call, r adapter.Request) (adapter.Answer, error) {
	domain, isDNS := strings.CutPrefix(text(r, "subject"), "dns:")
	if !isDNS || len(r.Input["primary"]) > 0 {
		return inexpressible("zone text names its own subject, which is a domain")
	}
	var records [][]vectors.Bytes
	if err := json.Unmarshal(r.Input["records"], &records); err != nil {
		return adapter.Answer{}, err
	}
	if len(records) == 0 {
		return inexpressible("no record is no zone text")
	}
	var zone strings.Builder
	for _, record := range records {
		fmt.Fprintf(&zone, "_kez.%s. 3600 IN TXT", domain)
		for _, b := range record {
			s, err := b.Decode()
			if err != nil {
				return adapter.Answer{}, err
			}
			zone.WriteString(` "` + escapeTXT(s) + `"`)
		}
		zone.WriteString("\n")
	}
	return c.verify([]byte(zone.String()), "--as", "zone")
}

// escapeTXT writes a string for zone text.
func escapeTXT(s []byte) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		case c < 0x20 || c > 0x7e:
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// sigchainVerify asks `sigchain verify`.
func sigchainVerify(c *call, r adapter.Request) (adapter.Answer, error) {
	if text(r, "primary") != "" {
		return inexpressible("`sigchain verify` is asked for no primary")
	}
	jsonl, err := data(r, "jsonl")
	if err != nil {
		return adapter.Answer{}, err
	}
	return c.verify(jsonl, "--as", "chain")
}

// bundleDecode asks `verify file --as token`.
func bundleDecode(c *call, r adapter.Request) (adapter.Answer, error) {
	if text(r, "primary") != "" {
		return inexpressible("`verify file` is asked for no primary")
	}
	token, err := data(r, "text")
	if err != nil {
		return adapter.Answer{}, err
	}
	if trimmed := strings.TrimSpace(string(token)); strings.HasPrefix(trimmed, "kez:z1:") || strings.HasPrefix(trimmed, "kez:b1:") {
		return inexpressible("`verify file` would take the claim")
	}
	return c.verify(token, "--as", "token")
}

// verdict is the shape of `verify --json`, claims and chains together.
type verdict struct {
	Status  string `json:"status"`
	Code    string `json:"code"`
	At      int    `json:"at"`
	Message string `json:"message"`
	Kind    string `json:"kind"`
	Chain   struct {
		Checked bool `json:"checked"`
		Listed  bool `json:"listed"`
		Partial bool `json:"partial"`
	} `json:"chain"`
}

// claimMembers and chainMembers are handed on as they are.
var (
	claimMembers = []string{"subject", "primary", "encoding", "created_at", "expires_at"}
	chainMembers = []string{"encoding", "primary", "length", "head", "active", "revoked", "devices", "partial", "successor"}
)

func (c *call) verify(proof []byte, flags ...string) (adapter.Answer, error) {
	path, err := c.file("proof", proof)
	if err != nil {
		return adapter.Answer{}, err
	}
	return c.judged(append([]string{"verify", "file", path}, flags...)...)
}

// judged runs a command that gives a verdict.
func (c *call) judged(args ...string) (adapter.Answer, error) {
	o, reject, err := c.object(nil, args...)
	if err != nil || reject != nil {
		return adapter.Answer{Reject: reject}, err
	}
	whole, err := json.Marshal(o)
	if err != nil {
		return adapter.Answer{}, err
	}
	var v verdict
	if err := json.Unmarshal(whole, &v); err != nil {
		return adapter.Answer{}, fmt.Errorf("the verdict is not the promised JSON: %w", err)
	}
	if v.Status != "valid" {
		return adapter.Answer{Reject: &adapter.Reject{Code: v.Code, At: v.At, Message: v.Message}}, nil
	}
	state := map[string]any{}
	members := claimMembers
	if v.Kind == "sigchain" {
		members = chainMembers
	} else {
		state["chain_checked"], state["chain_listed"], state["chain_partial"] = v.Chain.Checked, v.Chain.Listed, v.Chain.Partial
	}
	for _, name := range members {
		if raw, found := o[name]; found {
			state[name] = raw
		}
	}
	return accept(state)
}
