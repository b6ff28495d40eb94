package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"kez.lat/kez/spec"
)

// every visits all commands of the program.
func every(visit func(*cobra.Command)) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		visit(cmd)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk((&app{}).root(nil))
}

var (
	called = regexp.MustCompile(`(?:^|[|(] *)kez( [^|)<>]*)`)
	word   = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
)

// invocations finds the calls of kez in a line of an example.
func invocations(line string) [][]string {
	var all [][]string
	for _, match := range called.FindAllStringSubmatch(line, -1) {
		var args []string
		for _, arg := range word.FindAllString(match[1], -1) {
			args = append(args, strings.Trim(arg, `'"`))
		}
		all = append(all, args)
	}
	return all
}

// Every command has an example, and its command path, flags and arguments are
// such as the program takes.
func TestExamplesOfHelp(t *testing.T) {
	every(func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		if cmd.Example == "" && (!cmd.HasSubCommands() || !cmd.HasParent()) {
			t.Errorf("%s has no example", path)
		}
		own := false
		for line := range strings.Lines(cmd.Example) {
			calls := invocations(strings.TrimSpace(line))
			if len(calls) == 0 {
				t.Errorf("%s: no call of kez in %q", path, line)
			}
			for _, args := range calls {
				found, err := parse(args)
				if err != nil {
					t.Errorf("%s: %q: %v", path, line, err)
				}
				own = own || strings.HasPrefix(found+" ", path+" ")
			}
		}
		if cmd.Example != "" && !own {
			t.Errorf("%s: no example calls it", path)
		}
	})
}

// parse reads a command line without running it.
func parse(args []string) (path string, err error) {
	cmd, rest, err := (&app{}).root(nil).Find(args)
	if err != nil {
		return "", err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return "", err
	}
	return cmd.CommandPath(), cmd.ValidateArgs(cmd.Flags().Args())
}

func TestInvocations(t *testing.T) {
	got := invocations(`dig x | tr -d '" ' | kez verify file --as token - > y`)
	if len(got) != 1 || !slices.Equal(got[0], []string{"verify", "file", "--as", "token", "-"}) {
		t.Errorf("%q", got)
	}
	if got := invocations("source <(kez completion bash)"); len(got) != 1 || !slices.Equal(got[0], []string{"completion", "bash"}) {
		t.Errorf("%q", got)
	}
	for _, args := range [][]string{{"nope"}, {"verify", "file"}, {"verify", "file", "--nope", "x"}, {"claim", "create", "x", "--format", "dns"}} {
		if path, err := parse(args); err == nil {
			t.Errorf("%q parses as %s", args, path)
		}
	}
}

var flag = regexp.MustCompile(`--[a-z0-9-]+`)

// The program has the flags that the tables of spec/cli.md give its commands,
// and no command that they lack. What it does not have yet is skipped here.
func TestHelpAgreesWithTheTables(t *testing.T) {
	documented := map[string][]string{}
	for _, row := range spec.Table("cli.md", "command") {
		name := strings.Trim(row[0], "`")
		documented[name] = append(documented[name], flag.FindAllString(row[1], -1)...)
	}
	var secrets []string
	for _, row := range spec.Table("cli.md", "source") {
		secrets = append(secrets, flag.FindAllString(row[0], -1)...)
	}
	if len(documented) < 20 || len(secrets) < 5 {
		t.Fatalf("the tables have %d commands and %d sources of secrets", len(documented), len(secrets))
	}
	every(func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		flags, known := documented[path]
		if !known && !cmd.HasSubCommands() {
			t.Errorf("spec/cli.md does not have %s", path)
		}
		if cmd.Flags().Lookup("secret-file") != nil {
			flags = slices.Concat(flags, secrets)
		}
		for _, name := range flags {
			if cmd.Flags().Lookup(name[2:]) == nil {
				t.Errorf("%s has no %s", path, name)
			}
		}
	})
}
