package conformance

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"kez.lat/kez/conformance/suite"
)

// flags are what the commands have in common.
type flags struct {
	set       *flag.FlagSet
	impls     list
	manifests paths
	ops       list
	tags      list
	levels    list
	out       string
	workers   int
	giveUp    int
	timeout   time.Duration
	verbose   bool
	force     bool
	wire      bool
	cases     []string
}

// list is a flag that can be given several times, or once with commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(value string) error {
	*l = append(*l, split(value)...)
	return nil
}

// paths is a flag that can be given several times; a path may hold anything.
type paths []string

func (p *paths) String() string { return strings.Join(*p, string(filepath.ListSeparator)) }

func (p *paths) Set(value string) error {
	*p = append(*p, value)
	return nil
}

func split(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

func (env Env) flags(command string) *flags {
	f := &flags{set: flag.NewFlagSet("kez-conformance "+command, flag.ContinueOnError)}
	f.set.SetOutput(env.Stderr)
	return f
}

func (f *flags) targets() *flags {
	f.set.Var(&f.impls, "impl", "`name` of a manifest in conformance/impls (default KEZ_IMPL, else go)")
	f.set.Var(&f.manifests, "manifest", "`path` of a manifest (default KEZ_MANIFEST)")
	return f
}

func (f *flags) filter() *flags {
	f.set.Var(&f.ops, "op", "only cases of this `operation`")
	f.set.Var(&f.tags, "tag", "only cases of this `rule` or area, such as KEZ-CHAIN-007 or KEZ-CHAIN")
	f.set.Var(&f.levels, "level", "only cases of this `level`, MUST or SHOULD")
	return f
}

func (f *flags) running() *flags {
	f.set.IntVar(&f.workers, "workers", 0, "adapters at work at once (default one a CPU)")
	f.set.DurationVar(&f.timeout, "timeout", 0, "deadline of one case (default the manifest's, else 10s)")
	f.set.IntVar(&f.giveUp, "give-up", suite.DefaultGiveUp, "end the run after so many deadlines in a `row`, 0 for never")
	return f
}

// options gives those of a run.
func (f *flags) options() suite.Options {
	o := suite.Options{Workers: f.workers, GiveUp: f.giveUp}
	if o.GiveUp == 0 && f.set != nil {
		o.GiveUp = -1
	}
	return o
}

// parse takes flags before, between and after the case ids.
func (f *flags) parse(args []string) error {
	for {
		if err := f.set.Parse(args); err != nil {
			return err
		}
		if f.set.NArg() == 0 {
			return f.check()
		}
		f.cases = append(f.cases, f.set.Arg(0))
		args = f.set.Args()[1:]
	}
}

// check refuses numbers that mean nothing.
func (f *flags) check() error {
	switch {
	case f.workers < 0:
		return &usageError{fmt.Sprintf("--workers %d is negative", f.workers)}
	case f.timeout < 0:
		return &usageError{fmt.Sprintf("--timeout %s is negative", f.timeout)}
	case f.giveUp < 0:
		return &usageError{fmt.Sprintf("--give-up %d is negative", f.giveUp)}
	}
	return nil
}

func (f *flags) selection() suite.Filter {
	return suite.Filter{IDs: f.cases, Ops: f.ops, Tags: f.tags, Levels: f.levels}
}

// one gives the single case id of a command that takes one.
func (f *flags) one() (string, error) {
	if len(f.cases) != 1 {
		return "", &usageError{"one case id is wanted; kez-conformance list shows them"}
	}
	return f.cases[0], nil
}
