package clibridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gowebpki/jcs"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/suite"
)

// claimSign asks `claim create`.
func claimSign(c *call, r adapter.Request) (adapter.Answer, error) {
	subject := text(r, "subject")
	if subject == "" || strings.HasPrefix(subject, "-") {
		return inexpressible("`claim create` has a subject that is no flag")
	}
	key, err := secret(r, "secret")
	if err != nil {
		return adapter.Answer{}, err
	}
	c.env = append(c.env, "KEZ_SECRET="+key)
	args := []string{"claim", "create", subject, "--format", "json", "--created-at", text(r, "created_at")}
	if expires := text(r, "expires_at"); expires != "" {
		args = append(args, "--expires-at", expires)
	}
	o, reject, err := c.object(nil, args...)
	if err != nil || reject != nil {
		return adapter.Answer{Reject: reject}, err
	}
	var proof string
	if err := json.Unmarshal(o["proof"], &proof); err != nil {
		return adapter.Answer{}, fmt.Errorf("the member proof is no string: %w", err)
	}
	var envelope struct {
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal([]byte(proof), &envelope); err != nil {
		return adapter.Answer{}, fmt.Errorf("the proof is no JSON: %w", err)
	}
	state := map[string]any{}
	for name, part := range map[string][]byte{"envelope": []byte(proof), "payload": envelope.Payload} {
		canonical, err := jcs.Transform(part)
		if err != nil {
			return adapter.Answer{}, fmt.Errorf("the %s is no JSON: %w", name, err)
		}
		state[name] = suite.EncodeBytes(canonical)
	}
	return accept(state)
}

// sigchainSign puts the chain where the program keeps its own, asks for one more
// event, and takes the last line of `sigchain export`.
func sigchainSign(c *call, r adapter.Request) (adapter.Answer, error) {
	jsonl, err := data(r, "jsonl")
	if err != nil {
		return adapter.Answer{}, err
	}
	primary, err := c.keepChain(jsonl)
	if err != nil {
		return inexpressible(err.Error())
	}
	args, err := c.eventArgs(r)
	if err != nil {
		return adapter.Answer{}, err
	}
	if args == nil {
		return inexpressible("the operation or an argument has no line")
	}
	key, err := secret(r, "secret")
	if err != nil {
		return adapter.Answer{}, err
	}
	// The program signs at now, since the event commands take no time.
	c.env = append(c.env, "KEZ_SECRET="+key, "KEZ_NOW="+text(r, "created_at"))
	o, reject, err := c.object(nil, args...)
	if err != nil || reject != nil {
		return adapter.Answer{Reject: reject}, err
	}
	var signed string
	if json.Unmarshal(o["primary"], &signed) == nil && primary != "" && signed != primary {
		return inexpressible("a program takes the chain of the secret's own primary")
	}
	exported, exit, err := c.run(nil, "sigchain", "export", "--format", "jsonl")
	if err != nil {
		return adapter.Answer{}, err
	}
	lines := bytes.Split(bytes.TrimSuffix(exported, []byte("\n")), []byte("\n"))
	if exit != 0 || len(exported) == 0 {
		return adapter.Answer{}, fmt.Errorf("sigchain export ended with exit code %d and %d bytes", exit, len(exported))
	}
	return accept(map[string]any{"line": suite.EncodeBytes(lines[len(lines)-1])})
}

// keepChain writes a chain to its place below KEZ_HOME (KEZ-CHAIN-076) and
// gives its primary, empty for the empty chain.
func (c *call) keepChain(jsonl []byte) (primary string, err error) {
	if len(jsonl) == 0 {
		return "", nil
	}
	first, _, _ := bytes.Cut(jsonl, []byte("\n"))
	var event struct {
		Payload struct {
			Primary string `json:"primary"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(first, &event); err != nil {
		return "", errors.New("the chain has no file name, since its first line is no event")
	}
	system, value, found := strings.Cut(event.Payload.Primary, ":")
	if !found || strings.ContainsAny(system+value, `/\`) {
		return "", errors.New("the chain has no file name, since its primary is none")
	}
	_, err = c.file(filepath.Join("home", "sigchains", system+"_"+value+".jsonl"), jsonl)
	return event.Payload.Primary, err
}

// eventArgs gives the command line of an operation, nil where there is none.
func (c *call) eventArgs(r adapter.Request) ([]string, error) {
	member, flag := "", ""
	switch op := text(r, "op"); op {
	case "add", "revoke":
		subject := text(r, "subject")
		if subject == "" || strings.HasPrefix(subject, "-") {
			return nil, nil
		}
		return []string{"sigchain", op, subject}, nil
	case "rotate":
		member, flag = "new_secret", "--new-secret-file"
	case "add_device":
		member, flag = "device_secret", "--device-secret-file"
	}
	if member == "" || len(r.Input[member]) == 0 {
		return nil, nil
	}
	key, err := secret(r, member)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(r.Input[member], r.Input["secret"]) {
		return nil, nil // a program may refuse this as a wrong command line
	}
	path, err := c.file("second-key", []byte(key+"\n"))
	if err != nil {
		return nil, err
	}
	if member == "new_secret" {
		return []string{"sigchain", "rotate", flag, path}, nil
	}
	return []string{"sigchain", "add-device", flag, path, "--name=" + text(r, "name")}, nil
}
