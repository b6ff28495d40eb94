package cli

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/config"
	"kez.lat/kez/impl/go/kez"
)

// app is one run of the program.
type app struct {
	env      Env
	json     bool
	exit     int   // of a verdict, which is no error
	writeErr error // the first failure of standard output
}

// Main runs one command and gives its exit code: 0 done or valid, 1 refused,
// 2 wrong usage, 3 could not look.
func Main(args []string, env Env) int {
	a := &app{env: env}
	root := a.root(args)
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(&output{a})
	root.SetErr(env.Stderr)
	err := root.Execute()
	if err == nil && a.writeErr != nil {
		err = kez.Errorf(kez.CLIFile, "standard output cannot be written: %w", a.writeErr).
			WithHint("free the disk, or choose another destination; nothing was lost but the output")
	}
	if err != nil {
		a.json = a.json || wantsJSON(args)
		return a.report(asUsage(err))
	}
	return a.exit
}

// output hands what cobra prints, such as help, to the checked writer.
type output struct{ *app }

func (o *output) Write(p []byte) (int, error) {
	o.print(string(p))
	return len(p), o.writeErr
}

// wantsJSON finds --json where the flags could not be parsed.
func wantsJSON(args []string) bool {
	for _, arg := range args {
		if arg == "--" {
			return false
		}
		if arg == "--json" || arg == "--json=true" {
			return true
		}
	}
	return false
}

// asUsage gives cobra's own errors, which are all about the command line, a
// code. They may quote arguments, which could be secrets, and are not repeated.
func asUsage(err error) error {
	if _, ok := errors.AsType[*kez.Error](err); ok {
		return err
	}
	return usage("the command line is not understood").
		WithHint("kez --help shows the commands, and --help after a command its flags")
}

// root makes the command tree. Flags and subcommands are made only for the
// group that is called, since making all of them costs as much time as a
// verification; help, completion and the manual want everything.
func (a *app) root(args []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "kez",
		Short: "Say \"these accounts are me\", and verify it without trusting a server",
		Long: `KEZ lets you say "these accounts, keys, domains and identities are all me".
A primary key signs claims; each claim is published where only that account can
write; anybody verifies the graph without trusting a server.`,
		Example: `  kez identity new --key-type ed25519 --save me
  kez claim create github:alice --key me --format markdown --out kez.md
  kez verify file kez.md`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	switchFlag(root.PersistentFlags(), &a.json, "json", "print one JSON object, for programs")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		// KEZ-CLI-078: a bad variable is refused even where nothing uses it.
		if _, err := a.env.now(); err != nil {
			return err
		}
		return config.CheckEnvironment(a.env.Getenv)
	}
	makers := []maker{
		{"identity", a.identityCommand}, {"claim", a.claimCommand}, {"verify", a.verifyCommand},
		{"sigchain", a.sigchainCommand}, {"chat", a.chatCommand}, {"graph", a.graphCommand}, {"watch", a.watchCommand}, {"config", a.configCommand}, {"version", a.versionCommand},
		{"completion", func() *cobra.Command { return a.completionCommand(root) }},
		{"man", func() *cobra.Command { return a.manCommand(root) }},
	}
	called := firstWord(args)
	all := !slices.ContainsFunc(makers[:len(makers)-2], func(m maker) bool { return m.name == called })
	for _, m := range makers {
		if all || m.name == called {
			root.AddCommand(m.make())
		}
	}
	return root
}

// maker makes one command of the first level.
type maker struct {
	name string
	make func() *cobra.Command
}

// firstWord is the first argument that is no flag: the group that is called.
func firstWord(args []string) string {
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			return arg
		}
	}
	return ""
}

// group makes a command that only holds others; its example is that of the
// first.
func group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Long: long, Example: commands[0].Example, Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return usage("%s needs a subcommand: %s", cmd.CommandPath(), strings.Join(names(cmd), ", ")).
			WithHint("%s --help explains them", cmd.CommandPath())
	}}
	cmd.AddCommand(commands...)
	return cmd
}

func names(cmd *cobra.Command) []string {
	var all []string
	for _, sub := range cmd.Commands() {
		all = append(all, sub.Name())
	}
	return all
}

// noArgs, and exactly below, refuse without quoting: a stray argument may be a
// secret.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		hint := "it has " + strings.Join(names(cmd), ", ")
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, " or ") + "?"
		}
		return usage("%s has no such subcommand", cmd.CommandPath()).WithHint("%s", hint)
	}
	return usage("%s takes no arguments, and %d were given", cmd.CommandPath(), len(args)).
		WithHint("%s", cmd.UseLine())
}

func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return usage("%s takes %d argument(s), and %d were given", cmd.CommandPath(), n, len(args)).
			WithHint("%s; quote arguments that hold spaces", cmd.UseLine())
	}
}

// readAll reads a secret or a phrase, which are short.
func readAll(r io.Reader, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, kez.Errorf(kez.CLIFile, "the input cannot be read: %w", err)
	}
	if len(data) > limit {
		return nil, kez.Errorf(kez.InputTooLarge, "the input is larger than %d bytes", limit)
	}
	return data, nil
}
