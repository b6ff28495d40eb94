package service

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// Env is what a server program knows of the process around it.
type Env struct {
	Context        context.Context // its end stops the program
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

// System is the environment of the real process.
func System() Env {
	return Env{Context: context.Background(), Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
}

// Exit codes of the programs. ExitFailed is that of an error without a code;
// others have the one of their code (KEZ-ERR-026).
const (
	ExitOK     = kez.ExitOK
	ExitFailed = kez.ExitRefused
	ExitUsage  = kez.ExitUsage
)

// Report tells an error as all programs of KEZ do, and gives the exit code.
func (env Env) Report(program string, err error) int {
	if errors.Is(err, flag.ErrHelp) {
		return ExitOK
	}
	fmt.Fprintf(env.Stderr, "%s: error: %v\n", program, err)
	e, ok := errors.AsType[*kez.Error](err)
	if !ok {
		return ExitFailed
	}
	if e.Hint != "" {
		fmt.Fprintf(env.Stderr, "%s: hint: %s\n", program, e.Hint)
	}
	return kez.ExitOf(e.Code)
}

// Flags are the flags of a program, each with a variable that counts where the
// flag is not given.
type Flags struct {
	program string
	about   string
	set     *flag.FlagSet
	env     Env
	all     []documented
}

type documented struct{ name, variable, usage, standard string }

// NewFlags makes the flags of a program, or of one of its commands.
func NewFlags(program, about string, env Env) *Flags {
	f := &Flags{program: program, about: about, set: flag.NewFlagSet(program, flag.ContinueOnError), env: env}
	f.set.SetOutput(io.Discard)
	return f
}

func (f *Flags) add(name, variable, usage, standard string) {
	f.all = append(f.all, documented{name, variable, usage, standard})
}

// String adds a flag whose default is what p holds.
func (f *Flags) String(p *string, name, variable, usage string) {
	f.add(name, variable, usage, *p)
	f.set.StringVar(p, name, *p, usage)
}

// Bool adds a flag without a value.
func (f *Flags) Bool(p *bool, name, variable, usage string) {
	f.add(name, variable, usage, "")
	f.set.BoolVar(p, name, *p, usage)
}

// Int adds a number of at least least.
func (f *Flags) Int(p *int, name, variable, usage string, least int) {
	f.Func(name, variable, usage, strconv.Itoa(*p), func(text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || n < least {
			return fmt.Errorf("it is no whole number of at least %d", least)
		}
		*p = n
		return nil
	})
}

// Size adds a number of bytes, such as 500MB or 10GiB.
func (f *Flags) Size(p *int64, name, variable, usage string) {
	f.Func(name, variable, usage, FormatSize(*p), func(text string) (err error) {
		*p, err = ParseSize(text)
		return err
	})
}

// Func adds a flag that is set by a function.
func (f *Flags) Func(name, variable, usage, standard string, set func(string) error) {
	f.add(name, variable, usage, standard)
	f.set.Func(name, usage, set)
}

// Parse reads the arguments, then the variables of flags that they do not give,
// and returns what is left. With -h it prints the flags and gives
// flag.ErrHelp.
func (f *Flags) Parse(args []string) ([]string, error) {
	if err := f.set.Parse(args); errors.Is(err, flag.ErrHelp) {
		f.help()
		return nil, err
	} else if err != nil {
		return nil, f.usage("%v", err)
	}
	given := map[string]bool{}
	f.set.Visit(func(fl *flag.Flag) { given[fl.Name] = true })
	for _, d := range f.all {
		value := ""
		if d.variable != "" {
			value = f.env.Getenv(d.variable)
		}
		if given[d.name] || value == "" { // KEZ-STORE-001: a flag wins
			continue
		}
		if err := f.set.Set(d.name, value); err != nil {
			return nil, f.usage("invalid value %q of %s: %v", value, d.variable, err)
		}
	}
	return f.set.Args(), nil
}

func (f *Flags) usage(format string, args ...any) error {
	return kez.Errorf(kez.CLIUsage, format, args...).WithHint("%s -h lists the flags", f.program)
}

func (f *Flags) help() {
	fmt.Fprintf(f.env.Stdout, "%s\n\nFlags:\n", strings.TrimSpace(f.about))
	for _, d := range f.all {
		value, usage := flag.UnquoteUsage(&flag.Flag{Usage: d.usage})
		if strings.Contains(d.usage, "`") {
			value = " " + value
		} else {
			value = ""
		}
		fmt.Fprintf(f.env.Stdout, "  --%s%s\n        %s", d.name, value, usage)
		if d.standard != "" {
			fmt.Fprintf(f.env.Stdout, " (default %s)", d.standard)
		}
		if d.variable != "" {
			fmt.Fprintf(f.env.Stdout, " [%s]", d.variable)
		}
		fmt.Fprintln(f.env.Stdout)
	}
}

// units are the suffixes of sizes, the longer ones first.
var units = []struct {
	name string
	size int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
}

// ParseSize reads a number of bytes, with or without a unit.
func ParseSize(text string) (int64, error) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 62)
		if err != nil || int64(n) > (1<<62)/u.size {
			break
		}
		return int64(n) * u.size, nil
	}
	return 0, errors.New("it is no size such as 500MB or 10GiB")
}

// FormatSize writes a size with the largest unit that leaves a whole number.
func FormatSize(n int64) string {
	for _, u := range []int{3, 2, 1, 0} {
		if n >= units[u].size && n%units[u].size == 0 {
			return strconv.FormatInt(n/units[u].size, 10) + units[u].name
		}
	}
	return strconv.FormatInt(n, 10)
}

// Version is that of the program as it was built.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return strings.Trim(info.Main.Version, "()")
	}
	return "devel"
}
