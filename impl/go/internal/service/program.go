package service

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Program is a server with its commands.
type Program struct {
	Name string
	// Commands by name; "" is what runs without one.
	Commands map[string]Command
}

// Command runs with what follows its name and gives an exit code.
type Command func(args []string, env Env) int

// Command makes a command of a function, whose error is reported.
func (p *Program) Command(f func(args []string, env Env) error) Command {
	return func(args []string, env Env) int {
		if err := f(args, env); err != nil {
			return env.Report(p.Name, err)
		}
		return ExitOK
	}
}

// Main runs the command that is named, and ends its context on SIGTERM and
// SIGINT; a second signal is not waited for.
func (p *Program) Main(args []string, env Env) int {
	ctx, stop := signal.NotifyContext(env.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	env.Context = ctx
	tuneMemory(env.Getenv)
	name := ""
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	command, ok := p.Commands[name]
	if !ok {
		return env.Report(p.Name, kez.Errorf(kez.CLIUsage, "there is no command %s", kez.Quote(name)).WithHint("%s -h lists them", p.Name))
	}
	return command(args, env)
}

// None refuses arguments that nothing takes.
func (f *Flags) None(args []string) error {
	rest, err := f.Parse(args)
	if err == nil && len(rest) > 0 {
		err = f.usage("%s is one argument too many", kez.Quote(rest[0]))
	}
	return err
}

// HealthTime bounds the question of AskHealth.
const HealthTime = 5 * time.Second

// AskHealth asks a server whether it is well: the one at the URL that is the
// only argument, or the one that listens on bind on this machine.
func AskHealth(ctx context.Context, rest []string, bind, path string) error {
	base := localURL(bind)
	switch len(rest) {
	case 0:
	case 1:
		base = strings.TrimRight(rest[0], "/")
	default:
		return kez.Errorf(kez.CLIUsage, "%s is one argument too many", kez.Quote(rest[1])).WithHint("give one URL")
	}
	ctx, cancel := context.WithTimeout(ctx, HealthTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	if err != nil {
		return kez.Errorf(kez.CLIUsage, "the address is no URL").WithHint("write for example http://127.0.0.1:7878")
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return kez.Errorf(kez.HTTPUnavailable, "the server does not answer: %w", err).WithHint("see whether it runs, and its log")
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return kez.Errorf(kez.HTTPUnavailable, "the server answers %d", answer.StatusCode).WithHint("its log says what is wrong")
	}
	return nil
}

// localURL is how an address to listen on is reached from this machine.
func localURL(bind string) string {
	host, port, err := net.SplitHostPort(bind)
	if err != nil {
		return "http://" + bind
	}
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, port))
}
