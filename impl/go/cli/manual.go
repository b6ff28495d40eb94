package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
)

func (a *app) completionCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "completion bash|zsh|fish",
		Short:   "Print a completion script for a shell",
		Long:    "Print a completion script for a shell; load it as that shell loads others.",
		Example: `  source <(kez completion bash)`,
		Args:    exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var script bytes.Buffer
			var err error
			switch args[0] {
			case "bash":
				err = root.GenBashCompletionV2(&script, true)
			case "zsh":
				err = root.GenZshCompletion(&script)
			case "fish":
				err = root.GenFishCompletion(&script, true)
			default:
				return usage("there is no completion for that shell").WithHint("bash, zsh and fish have one")
			}
			a.print(script.String())
			return err
		},
	}
}

func (a *app) manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "man [DIR]",
		Short: "Print the manual page, or write one page a command",
		Long: `Print the manual page of kez, or write the pages of all commands into DIR, which
must exist.`,
		Example: `  kez man | man -l -
  kez man ~/.local/share/man/man1`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			now, err := a.env.now()
			if err != nil {
				return err
			}
			pages := manual{root, now.UTC().Format(time.DateOnly)}
			if len(args) == 0 {
				a.print(pages.render(root))
				return nil
			}
			return pages.write(args[0])
		},
	}
}

// manual writes pages in roff (man-pages(7)). It is written here because the
// usual generator goes through a Markdown library whose start-up every run of
// kez would pay for.
type manual struct {
	root *cobra.Command
	date string
}

func (m manual) render(cmd *cobra.Command) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	dashed := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	line(`.TH "%s" "1" "%s" "kez %s" "KEZ"`, strings.ToUpper(dashed), m.date, Version)
	line(".SH NAME\n%s \\- %s", roff(dashed), roff(cmd.Short))
	line(".SH SYNOPSIS\n.B %s", roff(cmd.UseLine()))
	if cmd.Long != "" {
		line(".SH DESCRIPTION\n.nf\n%s\n.fi", roff(cmd.Long))
	}
	line(".SH OPTIONS")
	flags := func(f *pflag.Flag) {
		line(".TP\n.B \\-\\-%s %s\n%s", roff(f.Name), roff(strings.TrimSuffix(f.Value.Type(), "bool")), roff(f.Usage))
	}
	cmd.NonInheritedFlags().VisitAll(flags)
	cmd.InheritedFlags().VisitAll(flags)
	if cmd.Example != "" {
		line(".SH EXAMPLES\n.nf\n%s\n.fi", roff(cmd.Example))
	}
	if cmd.HasAvailableSubCommands() {
		line(".SH COMMANDS")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				line(".TP\n.B %s\n%s", roff(sub.CommandPath()), roff(sub.Short))
			}
		}
	}
	line(".SH EXIT STATUS\n0 done or valid, 1 refused, 2 wrong usage, 3 could not look.")
	return b.String()
}

// roff escapes text, so that no line of it is taken for a macro.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

func (m manual) write(dir string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return kez.Errorf(kez.CLIFile, "%s is no directory", dir).WithHint("mkdir -p %s", home.ShellQuote(dir))
	}
	var visit func(cmd *cobra.Command) error
	visit = func(cmd *cobra.Command) error {
		if cmd.IsAvailableCommand() || cmd == m.root {
			page := m.render(cmd)
			name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
			if err := writeOut(filepath.Join(dir, name), []byte(page), publicMode, true); err != nil {
				return err
			}
		}
		for _, sub := range cmd.Commands() {
			if err := visit(sub); err != nil {
				return err
			}
		}
		return nil
	}
	return visit(m.root)
}
