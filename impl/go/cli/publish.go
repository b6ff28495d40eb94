package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/channel/dns"
	"kez.lat/kez/impl/go/channel/web"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// States of a target.
const (
	targetStored = "stored"
	targetSame   = "same"
	targetFailed = "failed"
)

// target is one place that a chain was published to.
type target struct {
	Target  string   `json:"target"`
	State   string   `json:"state"`
	Code    kez.Code `json:"code"`
	Message string   `json:"message"`
	Hint    string   `json:"hint"`
}

type publishOutput struct {
	Primary kez.Identity `json:"primary"`
	Length  int          `json:"length"`
	Head    string       `json:"head"`
	Targets []target     `json:"targets"`
	Zone    string       `json:"zone"`
}

// failedTarget takes an error apart.
func failedTarget(name string, err error) target {
	t := target{Target: name, State: targetFailed, Code: kez.CLIFile, Message: err.Error()}
	if e, ok := errors.AsType[*kez.Error](err); ok {
		t.Code, t.Message, t.Hint = e.Code, e.Message, e.Hint
	}
	return t
}

// publication is the chain to be published.
type publication struct {
	state *sigchain.State
	lines []byte
	now   time.Time
}

type publishFlags struct {
	owner           *owner
	servers, relays *list
	web, domain     *once
	nostr           bool
}

func (a *app) sigchainPublish() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Publish the kept chain to stores, the web, DNS, nostr",
		Long: `Publish the kept chain, to several places at once where several are named, and to
the stores of KEZ_SIG_SERVER where none is. A place that has the chain already is
left alone, so the command can be repeated.

  --server URL    a store, which verifies and appends
  --web PATH      a file, to be served at https://HOST/.well-known/kez-sigchain.jsonl
  --dns DOMAIN    prints the line for the zone: _kez-sigchain.DOMAIN
  --nostr         an event on the relays, signed by the nostr primary

A place that has events which are not kept here is not changed: pull them first.`,
		Example: `  kez sigchain publish --key me
  kez sigchain publish --key me --server https://sig.kez.lat --web public/.well-known/kez-sigchain.jsonl`,
		Args: exactly(0),
	}
	f := &publishFlags{owner: addOwner(cmd)}
	f.servers = listFlag(cmd, "server", "URL", "publish to this store; again for another")
	f.web = stringFlag(cmd, "web", "PATH", "", "write the JSON lines to this file")
	f.domain = stringFlag(cmd, "dns", "DOMAIN", "", "print the TXT record for this domain")
	switchFlag(cmd.Flags(), &f.nostr, "nostr", "publish an event to nostr relays")
	f.relays = listFlag(cmd, "relay", "URL", "publish to this relay, with --nostr; again for another")
	cmd.RunE = func(*cobra.Command, []string) error {
		ctx, stop := untilEnded()
		defer stop()
		return a.publish(ctx, f)
	}
	return cmd
}

// publish tries every target and ends with the first failure in their order
// (KEZ-CLI-063, 068).
func (a *app) publish(ctx context.Context, f *publishFlags) error {
	now, err := a.env.now()
	if err != nil {
		return err
	}
	domain, err := f.checkedDomain()
	if err != nil {
		return err
	}
	settings, err := a.settings(append(setting("stores", "--server", f.servers), setting("relays", "--relay", f.relays)...)...)
	if err != nil {
		return err
	}
	switch { // before anything is published
	case f.toStores() && len(settings.Stores.Value) == 0:
		return usage("no store is configured, and no other place is named").
			WithHint("give --server, --web, --dns or --nostr, or set KEZ_SIG_SERVER")
	case f.nostr && len(settings.Relays.Value) == 0:
		return usage("no relay is configured").WithHint("give --relay, or set KEZ_NOSTR_RELAYS")
	}
	primary, key, err := a.publisher(f)
	if err != nil {
		return err
	}
	if key != nil {
		defer key.Erase()
	}
	p, err := a.publication(primary, now)
	if err != nil {
		return err
	}
	o := publishOutput{Primary: primary, Length: p.state.Length, Head: p.state.Head.String(), Targets: []target{}}
	if f.toStores() {
		o.Targets = append(o.Targets, a.toStores(ctx, p, settings.Stores.Value)...)
	}
	if f.web.given {
		o.Targets = append(o.Targets, p.toFile(f.web.value))
	}
	if f.domain.given {
		t, zone := p.toZone(domain)
		o.Targets, o.Zone = append(o.Targets, t), zone
	}
	if f.nostr {
		o.Targets = append(o.Targets, a.toRelays(ctx, p, key, settings)...)
	}
	if ctx.Err() != nil {
		return interrupted()
	}
	a.showPublished(o)
	return nil
}

// toStores reports whether stores are meant: those named, or the configured ones
// where no other place is.
func (f *publishFlags) toStores() bool {
	return len(f.servers.values) > 0 || !f.web.given && !f.domain.given && !f.nostr
}

func (f *publishFlags) checkedDomain() (string, error) {
	if len(f.relays.values) > 0 && !f.nostr {
		return "", usage("--relay names relays for --nostr, which is not given").WithHint("give --nostr too")
	}
	if !f.domain.given {
		return "", nil
	}
	id, err := typedIdentity("dns:" + f.domain.value)
	return id.Value(), err
}

// publisher gives whose chain it is, and with --nostr the key.
func (a *app) publisher(f *publishFlags) (kez.Identity, *keys.Private, error) {
	if !f.nostr {
		id, err := a.ownerID(f.owner)
		return id, nil, err
	}
	if f.owner.primary.given {
		return kez.Identity{}, nil, usage("--nostr signs an event, so it needs the secret of the primary and not --primary").
			WithHint("%s", f.owner.secret.sources())
	}
	key, err := a.load(f.owner.secret)
	if err != nil {
		return kez.Identity{}, nil, err
	}
	if key.Identity().System() != kez.SystemNostr {
		key.Erase()
		return kez.Identity{}, nil, usage("--nostr publishes chains of nostr keys, and %s is none", key.Identity()).
			WithHint("leave --nostr out; a store takes every chain")
	}
	return key.Identity(), key, nil
}

// publication reads the kept chain, and refuses one that nobody should publish.
func (a *app) publication(primary kez.Identity, now time.Time) (*publication, error) {
	files, err := a.chains()
	if err != nil {
		return nil, err
	}
	state, lines, err := files.Load(primary)
	if err != nil {
		return nil, err
	}
	if state.Length == 0 {
		return nil, kez.Errorf(kez.SigchainEmpty, "no event is kept for %s on this machine", primary).
			WithHint("kez sigchain add SUBJECT makes the first; kez sigchain pull fetches a chain that is published")
	}
	return &publication{state, lines, now}, nil
}

// toZone prints the record, where a record can hold the chain (KEZ-CLI-064).
func (p *publication) toZone(domain string) (target, string) {
	name := dns.ChainName(domain)
	t := target{Target: "dns:" + name, State: targetStored, Message: "add the line to the zone of " + domain}
	bundle, err := encoding.EncodeBundle(p.lines)
	if err != nil {
		return failedTarget(t.Target, err), ""
	}
	if len(bundle) > encoding.MaxTXT {
		err := kez.Errorf(kez.DNSTooLarge, "the chain takes %d bytes as a bundle, and readers take %d in a TXT record", len(bundle), encoding.MaxTXT).
			WithHint("publish it with --web, and let the record say where: %s. %d IN TXT \"%s\"", name, encoding.ZoneTTL, web.ChainURL(domain))
		return failedTarget(t.Target, err), ""
	}
	zone := encoding.FormatRecord(name, bundle)
	return t, zone[:len(zone)-1]
}

// each publishes to several places at once, with progress, and keeps their order.
func (a *app) each(names []string, publish func(i int) target) []target {
	targets := make([]target, len(names))
	var group sync.WaitGroup
	done := make(chan struct{}, len(names))
	for i := range names {
		group.Go(func() {
			targets[i] = publish(i)
			done <- struct{}{}
		})
	}
	for n := range names {
		a.progress("%d of %d places done", n, len(names))
		<-done
	}
	group.Wait()
	a.progress("")
	return targets
}

func (a *app) showPublished(o publishOutput) {
	for _, t := range o.Targets {
		if t.State == targetFailed {
			a.exit = kez.ExitOf(t.Code)
			break
		}
	}
	if a.json {
		a.printJSON(o)
		return
	}
	for _, t := range o.Targets {
		if t.State == targetFailed {
			a.printf("failed  %s  %s\n", plain(t.Target), t.Code)
			fmt.Fprintf(a.env.Stderr, "kez: error: %s: %s\n", plain(t.Target), plain(t.Message))
		} else {
			a.printf("%-7s %s  %s\n", t.State, plain(t.Target), plain(t.Message))
		}
		if t.Hint != "" {
			fmt.Fprintf(a.env.Stderr, "kez: hint: %s\n", plain(t.Hint))
		}
	}
	if o.Zone != "" {
		a.print(o.Zone + "\n")
	}
}
