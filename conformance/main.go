package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit codes of the command. A broken harness is never green and never looks
// like a fault of the implementation.
const (
	exitOK     = 0
	exitFailed = 1
	exitBroken = 2
)

// Env is what the command knows of the process around it.
type Env struct {
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	// Builtin starts the built-in Go implementation as an adapter.
	Builtin []string
	// Self is how a shell runs this command, for lines to be pasted.
	Self string

	ignoreExpected bool // of manifests whose file is about to be written
}

// System is the environment of the real process, whose hidden first argument
// makes it the built-in adapter.
func System(hidden string) (Env, error) {
	self, err := os.Executable()
	if err != nil {
		return Env{}, err
	}
	return Env{
		Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
		Builtin: []string{self, hidden}, Self: shellName(os.Args[0]),
	}, nil
}

// shellName is the way to run this program again: `go run` where the binary is
// one that `go run` will delete.
func shellName(arg string) string {
	if strings.Contains(arg, "go-build") {
		return "go run kez.lat/kez/cmd/kez-conformance"
	}
	return quote(arg)
}

// quote makes a word fit for a shell.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,+@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

const usageText = `kez-conformance says what an implementation of KEZ does wrong.

  run    [flags] [CASE…]   run the cases, print a summary, write the reports
  list   [flags] [CASE…]   list the cases
  show   CASE              show one case, its rules and what an adapter is sent
  repro  [flags] CASE      print the shell line that repeats one case alone
  init   [flags]           write a starting expected-failures file
  lint   [flags]           check manifests, expected-failures files and vectors
  http   [flags] [SCRIPT…] ask a sigchain store: --store URL, or a manifest

Without flags the built-in Go implementation is run. kez-conformance COMMAND -h
shows the flags. CASE is an id or a pattern such as 'sigchain-*'.

Exit: 0 as expected, 1 something failed, 2 nothing can be said.
`

// usageError is a command line that is wrong.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// Main runs one command and gives its exit code.
func Main(args []string, env Env) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed, err := env.run(ctx, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintf(env.Stderr, "kez-conformance: error: %v\n", err)
		return exitBroken
	case failed:
		return exitFailed
	}
	return exitOK
}

func (env Env) run(ctx context.Context, args []string) (failed bool, err error) {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		fmt.Fprint(env.Stdout, usageText)
		if len(args) == 0 {
			return false, &usageError{"no command is given"}
		}
		return false, nil
	}
	commands := map[string]func(context.Context, []string) (bool, error){
		"run": env.runCommand, "list": env.listCommand, "show": env.showCommand,
		"repro": env.reproCommand, "init": env.initCommand, "lint": env.lintCommand,
		"http": env.httpCommand,
	}
	command, known := commands[args[0]]
	if !known {
		return false, &usageError{fmt.Sprintf("there is no command %q; kez-conformance help lists them", args[0])}
	}
	return command(ctx, args[1:])
}
