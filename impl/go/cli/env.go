// Package cli is the command `kez`: one file a subcommand, nothing of the
// process taken for granted.
//
// # Output
//
// Results go to standard output, diagnostics to standard error. With --json
// exactly one object is printed (spec/cli.md). Text out of data is escaped
// before it is shown.
package cli

import (
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"kez.lat/kez/impl/go/keys/keystore"
	"kez.lat/kez/impl/go/kez"
)

// Env is what a command knows of the process around it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
	// Prompt asks for a passphrase without echo; nil where nobody can be asked.
	Prompt keystore.Prompter
	// OwnsArgs says that os.Args are the arguments given, so that secrets in
	// them may be overwritten.
	OwnsArgs bool
	// Terminal says that standard output is one, and Color that it may be
	// coloured.
	Terminal, Color bool
	// Progress says that standard error is a terminal that takes lines back.
	Progress bool
}

// System is the environment of the real process.
func System() Env {
	terminal := term.IsTerminal(int(os.Stdout.Fd()))
	controls := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "" && os.Getenv("TERM") != "dumb"
	return Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now, OwnsArgs: true, Prompt: keystore.Terminal{}, Terminal: terminal,
		Color: terminal && controls, Progress: term.IsTerminal(int(os.Stderr.Fd())) && controls,
	}
}

// now is the time to judge by: KEZ_NOW, else the clock.
func (env Env) now() (time.Time, error) {
	text := env.Getenv("KEZ_NOW")
	if text == "" {
		return env.Now(), nil
	}
	t, ok := kez.ParseTime(text)
	if _, writable := kez.ParseTime(kez.FormatTime(t)); !ok || !writable {
		return time.Time{}, kez.Errorf(kez.CLIUsage, "KEZ_NOW is no time of the form 2026-01-02T03:04:05Z").
			WithHint("unset it to use the clock")
	}
	return t, nil
}
