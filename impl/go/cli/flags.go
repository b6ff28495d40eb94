package cli

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// once is the value of a flag that may be given one time.
type once struct {
	value   string
	given   bool
	allowed []string
	kind    string
}

// errTwice marks a repeated flag; which one, flagError knows.
var errTwice = errors.New("given twice")

func (o *once) String() string { return o.value }
func (o *once) Type() string   { return o.kind }

func (o *once) Set(value string) error {
	if o.given {
		return errTwice
	}
	if o.allowed != nil && !slices.Contains(o.allowed, value) {
		return errors.New("it takes " + strings.Join(o.allowed, ", "))
	}
	// A copy, since the argument itself is overwritten where it is a secret.
	o.value, o.given = strings.Clone(value), true
	return nil
}

// stringFlag adds a flag with a value. kind names the value in the help.
func stringFlag(cmd *cobra.Command, name, kind, preset, help string) *once {
	o := &once{value: preset, kind: kind}
	cmd.Flags().Var(o, name, help)
	return o
}

// onceSwitch is a flag without a value that may be given one time.
type onceSwitch struct {
	on    *bool
	given bool
}

func (o *onceSwitch) String() string { return strconv.FormatBool(*o.on) }
func (o *onceSwitch) Type() string   { return "bool" }

func (o *onceSwitch) Set(value string) error {
	if o.given {
		return errTwice
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return errors.New("it takes no value")
	}
	*o.on, o.given = on, true
	return nil
}

// switchFlag adds a flag that is given or not.
func switchFlag(flags *pflag.FlagSet, on *bool, name, help string) {
	flags.VarPF(&onceSwitch{on: on}, name, "", help).NoOptDefVal = "true"
}

// list is the value of a flag that may be given several times.
type list struct {
	values []string
	kind   string
}

func (l *list) String() string { return strings.Join(l.values, ", ") }
func (l *list) Type() string   { return l.kind }

func (l *list) Set(value string) error {
	l.values = append(l.values, value)
	return nil
}

// listFlag adds a flag that may be given several times.
func listFlag(cmd *cobra.Command, name, kind, help string) *list {
	l := &list{kind: kind}
	cmd.Flags().Var(l, name, help)
	return l
}

// choiceFlag adds a flag that takes one of some words.
func choiceFlag(cmd *cobra.Command, name, preset, help string, words ...string) *once {
	o := &once{value: preset, kind: strings.Join(words, "|"), allowed: words}
	cmd.Flags().Var(o, name, help)
	cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	return o
}

// flagError names the flag and never its value, which could be a secret.
func flagError(cmd *cobra.Command, err error) error {
	hint := cmd.CommandPath() + " --help lists the flags"
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := "--" + e.GetSpecifiedName()
		if e.GetSpecifiedShortnames() != "" {
			return usage("there are no single-letter flags but -h").WithHint("%s", hint)
		}
		return usage("%s has no flag %s", cmd.CommandPath(), name).WithHint("%s", hint)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usage("the flag --%s needs a value", e.GetSpecifiedName()).WithHint("%s", hint)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		reason := "its value is not one it takes"
		if errors.Is(err, errTwice) {
			reason = "it is given twice"
		} else if flag, isOnce := e.GetFlag().Value.(*once); isOnce && flag.allowed != nil {
			reason = "it takes " + strings.Join(flag.allowed, " or ")
		}
		return usage("the flag --%s cannot be used so: %s", e.GetFlag().Name, reason).WithHint("%s", hint)
	}
	return usage("a flag of %s is malformed", cmd.CommandPath()).WithHint("%s", hint)
}
