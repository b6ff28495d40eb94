package clibridge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kez.lat/kez/conformance/adapter"
	"kez.lat/kez/conformance/suite"
)

// bridge is a session with a program.
type bridge struct {
	command adapter.Command
	seq     int
}

// Open gives the Open of a target that is a program.
func Open(c adapter.Command) func(context.Context) (suite.Session, suite.Hello, error) {
	return func(ctx context.Context) (suite.Session, suite.Hello, error) {
		b := &bridge{command: c}
		if err := b.greet(ctx); err != nil {
			return nil, suite.Hello{}, err
		}
		return b, suite.Hello{
			Protocol: adapter.Protocol, Name: filepath.Base(c.Args[0]), Version: "by its command line",
			Ops: slices.Sorted(maps.Keys(operations)),
		}, nil
	}
}

// greet asks for something that every program can do.
func (b *bridge) greet(ctx context.Context) error {
	call, err := b.newCall(ctx, "")
	if err != nil {
		return err
	}
	defer call.end()
	a, err := call.parseIdentity("github:alice")
	if err != nil {
		return err
	}
	if a.Accept == nil || !strings.Contains(string(a.Accept), "github:alice") {
		return fmt.Errorf("%s is no kez: `identity parse github:alice --json` gives %s", b.command.Args[0], a.Accept)
	}
	return nil
}

// operations are those that portable lines can ask.
var operations = map[string]func(*call, adapter.Request) (adapter.Answer, error){
	"identity.parse":         identityParse,
	"identity.verify":        identityVerify,
	"claim.verify":           claimVerify,
	"claim.sign":             claimSign,
	"txt.read":               txtRead,
	"sigchain.verify":        sigchainVerify,
	"sigchain.bundle.decode": bundleDecode,
	"sigchain.sign":          sigchainSign,
	"key.phrase":             keyPhrase,
}

// Run asks one question.
func (b *bridge) Run(ctx context.Context, r adapter.Request) (adapter.Answer, error) {
	b.seq++
	ask, known := operations[r.Op]
	if !known {
		return adapter.Answer{Unsupported: true}, nil
	}
	c, err := b.newCall(ctx, r.Now)
	if err != nil {
		return adapter.Answer{}, err
	}
	defer c.end()
	return ask(c, r)
}

// Seq is the number of the last request.
func (b *bridge) Seq() int { return b.seq }

// Close has nothing to end.
func (b *bridge) Close() []int { return nil }

// call is one question under way, with a folder of its own.
type call struct {
	ctx     context.Context
	command adapter.Command
	folder  string
	env     []string
}

func (b *bridge) newCall(ctx context.Context, now string) (*call, error) {
	folder, err := os.MkdirTemp("", "kez-bridge-")
	if err != nil {
		return nil, err
	}
	return &call{ctx: ctx, command: b.command, folder: folder, env: []string{
		"KEZ_HOME=" + filepath.Join(folder, "home"), "KEZ_NOW=" + now, "KEZ_SIG_SERVER=none", "KEZ_SECRET=",
	}}, nil
}

func (c *call) end() { os.RemoveAll(c.folder) }

// file writes input into the folder of the call.
func (c *call) file(name string, data []byte) (string, error) {
	path := filepath.Join(c.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, data, 0o600)
}

// run runs the program and gives what it printed.
func (c *call) run(stdin []byte, args ...string) ([]byte, int, error) {
	command := c.command
	command.Args = append(slices.Clip(command.Args), args...)
	command.Env = append(slices.Clip(command.Env), c.env...)
	output, exit, err := command.Output(c.ctx, stdin)
	if err != nil {
		return nil, 0, err
	}
	if len(output.Stdout) == 0 && exit != 0 {
		return nil, 0, fmt.Errorf("the program ended with exit code %d and printed no JSON%s", exit, output.Tail())
	}
	return output.Stdout, exit, nil
}

// object runs the program with --json and reads the one object it prints. A
// failure that is no verdict is a reject.
func (c *call) object(stdin []byte, args ...string) (map[string]json.RawMessage, *adapter.Reject, error) {
	stdout, exit, err := c.run(stdin, append(args, "--json")...)
	if err != nil {
		return nil, nil, err
	}
	if err := adapter.Strict(stdout); err != nil {
		return nil, nil, fmt.Errorf("the program printed no single JSON object: %w: %s", err, adapter.Excerpt(stdout))
	}
	var o map[string]json.RawMessage
	if err := json.Unmarshal(stdout, &o); err != nil {
		return nil, nil, fmt.Errorf("the program printed no single JSON object: %s", adapter.Excerpt(stdout))
	}
	var code, message string
	if raw, failed := o["error"]; failed {
		if json.Unmarshal(raw, &code) != nil || code == "" {
			return nil, nil, fmt.Errorf("the member error is no code: %s", adapter.Excerpt(stdout))
		}
		if exit == 0 {
			return nil, nil, fmt.Errorf("the program printed the error %s and ended with exit code 0", code)
		}
		_ = json.Unmarshal(o["message"], &message) // for people only
		return nil, &adapter.Reject{Code: code, Message: message}, nil
	}
	return o, nil, nil
}

// inexpressible is the error of a question that the portable lines cannot ask.
func inexpressible(why string) (adapter.Answer, error) {
	return adapter.Answer{}, fmt.Errorf("%w with portable command lines: %s", suite.ErrInexpressible, why)
}
