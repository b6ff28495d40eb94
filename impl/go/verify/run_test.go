package verify_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kez.lat/kez/fakes/httpfake"
	"kez.lat/kez/fakes/storefake"
	"kez.lat/kez/impl/go/channel"
	"kez.lat/kez/impl/go/channel/chains"
	"kez.lat/kez/impl/go/claim"
	"kez.lat/kez/impl/go/encoding"
	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/sigchain/chainfile"
	"kez.lat/kez/impl/go/store"
	"kez.lat/kez/impl/go/verify"
)

// proofs is a channel that finds what it was given, for any github identity.
type proofs map[string][]byte

func (proofs) System() string { return "github" }

func (p proofs) Verify(_ context.Context, id kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	f.Saw("https://here.test", "a document")
	f.Add("https://here.test", []encoding.Candidate{{Form: encoding.FormJSON, JSON: p[id.String()]}}, nil)
	return f
}

// scene is a verifier with stores and a home.
type scene struct {
	t      *testing.T
	k      *keys.Private
	stores []*storefake.Server
	files  chainfile.Files
	v      *verify.Verifier
	claims proofs
}

func set(t *testing.T, stores int) *scene {
	t.Helper()
	h, err := home.Open(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, k: key(t, 1), files: chainfile.In(h), claims: proofs{}}
	s.claims[alice] = signed(t, claim.New{Subject: id(t, alice)}, s.k)
	s.v = &verify.Verifier{Channels: channel.NewRegistry(s.claims), Sources: &chains.Sources{}, Kept: &s.files}
	for range stores {
		f, err := storefake.Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		c, err := store.New(f.URL(), "test")
		if err != nil {
			t.Fatal(err)
		}
		c.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
		s.stores, s.v.Sources.Stores = append(s.stores, f), append(s.v.Sources.Stores, c)
	}
	return s
}

func (s *scene) put(i int, k *keys.Private, lines []byte) {
	s.stores[i].Put(k.Identity().String(), lines)
}

func (s *scene) keep(lines []byte) {
	s.t.Helper()
	state, err := sigchain.VerifyBytes(lines)
	if err == nil {
		_, err = s.files.Keep(state, lines)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) ask() *verify.Result {
	s.t.Helper()
	targets, err := s.v.Targets([]kez.Identity{id(s.t, alice)})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.v.ID(s.t.Context(), targets[0], verify.Question{Now: now})
}

// wants checks a verdict, its chain and the states of the sources.
func (s *scene) wants(code kez.Code, checked bool, states string) *verify.Result {
	s.t.Helper()
	r := s.ask()
	var got []string
	for _, source := range r.Chain.Sources {
		got = append(got, source.State)
	}
	if r.Code != code || r.Chain.Checked != checked || strings.Join(got, " ") != states {
		s.t.Errorf("%q (%s), checked %t, sources %v; want %q, %t, %s", r.Code, r.Message, r.Chain.Checked, got, code, checked, states)
	}
	return r
}

// keptLength is what stands in the home afterwards.
func (s *scene) keptLength() int {
	s.t.Helper()
	_, lines, err := s.files.Load(s.k.Identity())
	if kez.CodeOf(err) != "" && kez.CodeOf(err) != kez.SigchainFork {
		s.t.Fatal(err)
	}
	return strings.Count(string(lines), "\n")
}

// Longer chains are kept, and revoke without any store. [KEZ-VERIFY-025, 028]
func TestKept(t *testing.T) {
	s := set(t, 1)
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice))
	s.wants("", true, "longest")
	if s.keptLength() != 1 {
		t.Errorf("%d events are kept", s.keptLength())
	}
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice, "revoke "+alice))
	s.wants(kez.ClaimRevoked, true, "longest behind")
	if s.keptLength() != 2 {
		t.Errorf("%d events are kept", s.keptLength())
	}
	s.stores[0].Fault("/**", httpfake.Status(500))
	s.wants(kez.ClaimRevoked, true, "no_answer longest")
	s.stores[0].ClearFaults()
	s.stores[0].Clear()
	s.wants(kez.ClaimRevoked, true, "behind longest") // KEZ-VERIFY-027
	if s.keptLength() != 2 {
		t.Errorf("a shorter chain was kept")
	}
}

// A store that forgets is no store to believe. [KEZ-VERIFY-026, 029]
func TestRollback(t *testing.T) {
	s := set(t, 2)
	long, short := chain(t, s.k, nil, "add "+alice, "add x:y"), chain(t, s.k, nil, "add "+alice)
	s.keep(long)
	s.put(0, s.k, short)
	s.wants(kez.SigchainRollback, true, "behind behind longest")
	s.put(1, s.k, long)
	s.wants("", true, "behind longest longest")
	s.stores[1].Fault("/**", httpfake.Status(500))
	r := s.wants(kez.SigchainRollback, true, "behind no_answer longest")
	if r.Status != kez.Unreachable || !strings.Contains(r.Hint, "publish") {
		t.Errorf("%s, %q", r.Status, r.Hint)
	}
	s.stores[0].Fault("/**", httpfake.Status(500))
	s.wants("", true, "no_answer no_answer longest")
	if s.keptLength() != 2 {
		t.Errorf("%d events are kept", s.keptLength())
	}
}

// A fork over two sources is told, its evidence is kept, and nothing ends it.
// [KEZ-VERIFY-023, KEZ-CHAIN-073 to 075]
func TestForkStays(t *testing.T) {
	s := set(t, 2)
	a, b := chain(t, s.k, nil, "add "+alice, "add x:a"), chain(t, s.k, nil, "add "+alice, "add x:b")
	s.put(0, s.k, a)
	s.put(1, s.k, b)
	s.wants(kez.SigchainFork, true, "fork fork")
	state, evidence, err := s.files.Evidence(s.k.Identity())
	if err != nil || state == nil || state.Fork.Seq != 1 || state.Length != 1 || strings.Count(string(evidence), "\n") != 3 {
		t.Fatalf("%+v, %q, %v", state, evidence, err)
	}
	if s.keptLength() != 0 {
		t.Error("one of the branches was kept")
	}
	s.put(1, s.k, a)
	s.wants(kez.SigchainFork, true, "fork fork fork")
	s.stores[0].Fault("/**", httpfake.Status(500))
	s.stores[1].Fault("/**", httpfake.Status(500))
	s.wants(kez.SigchainFork, true, "no_answer no_answer fork")
	// An earlier fork leaves less to trust.
	s.stores[0].ClearFaults()
	s.put(0, s.k, chain(t, s.k, nil, "revoke "+alice))
	s.wants(kez.SigchainFork, true, "fork no_answer fork")
	if state, _, err := s.files.Evidence(s.k.Identity()); err != nil || state.Fork.Seq != 0 {
		t.Errorf("%+v, %v", state, err)
	}
}

// A kept branch is not exchanged for another. [KEZ-VERIFY-029]
func TestKeptBranchStays(t *testing.T) {
	s := set(t, 1)
	s.keep(chain(t, s.k, nil, "add "+alice, "add x:a"))
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice, "add x:b", "add x:c"))
	s.wants(kez.SigchainFork, true, "fork fork")
	if s.keptLength() != 2 {
		t.Errorf("%d events are kept", s.keptLength())
	}
	if _, err := s.files.Append(s.k.Identity(), nil); kez.CodeOf(err) != kez.SigchainFork {
		t.Errorf("an event after a fork: %v", err)
	}
}

// What a rotation leads to is fetched too, from any store. [KEZ-CHAIN-054 to 058]
func TestRotationAcrossStores(t *testing.T) {
	s := set(t, 2)
	next := key(t, 2)
	s.put(0, s.k, chain(t, s.k, next, "add "+alice, "rotate"))
	s.put(1, next, chain(t, next, nil, "add x:y"))
	s.wants("", true, "longest behind behind longest")
	if _, lines, err := s.files.Load(next.Identity()); err != nil || len(lines) == 0 {
		t.Errorf("the successor's chain is not kept: %v", err)
	}
	s.put(1, next, chain(t, next, nil, "add x:y", "revoke "+alice))
	s.wants(kez.ClaimRevoked, true, "longest behind longest behind longest behind")
	// The successor's chain can be rolled back like any other.
	s = set(t, 1)
	s.keep(chain(t, next, nil, "add x:y", "add x:z"))
	s.put(0, s.k, chain(t, s.k, next, "add "+alice, "rotate"))
	s.put(0, next, chain(t, next, nil, "add x:y"))
	s.wants(kez.SigchainRollback, true, "longest behind longest")
}

// A claim of a device needs the chain that lists it. [KEZ-CHAIN-067]
func TestDevice(t *testing.T) {
	s := set(t, 1)
	phone := key(t, 4)
	s.claims[alice] = signed(t, claim.New{Subject: id(t, alice), Primary: s.k.Identity()}, phone)
	s.put(0, s.k, chain(t, s.k, phone, "add "+alice, "add_device"))
	s.wants("", true, "longest")
	s.put(0, s.k, chain(t, s.k, phone, "add "+alice, "add_device", "revoke "+phone.Identity().String()))
	s.wants(kez.ClaimRevoked, true, "longest behind")
}

// A faulty chain is listed with its code. [KEZ-CHAN-077]
func TestFaultySourceIsListed(t *testing.T) {
	s := set(t, 1)
	s.put(0, s.k, []byte("{}\n"))
	r := s.wants("", false, "no_answer")
	if r.Chain.Sources[0].Code != kez.EnvelopeNotObject || !strings.HasPrefix(r.Chain.Sources[0].Source, s.stores[0].URL()) {
		t.Errorf("%+v", r.Chain.Sources)
	}
	if !strings.Contains(r.Message, "no chain was checked") {
		t.Errorf("the sentence does not say so: %s", r.Message)
	}
	targets, _ := s.v.Targets([]kez.Identity{id(t, alice)})
	r = s.v.ID(t.Context(), targets[0], verify.Question{Now: now, RequireChain: true})
	if r.Code != kez.ChannelUnreachable || r.Status != kez.Unreachable {
		t.Errorf("with the chain required: %q", r.Code)
	}
}

// A kept chain that is broken is told, left as it is, and no answer.
func TestKeptChainBroken(t *testing.T) {
	s := set(t, 1)
	s.keep(chain(t, s.k, nil, "add "+alice))
	path := s.files.Path(s.k.Identity())
	if err := os.WriteFile(path, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice, "add x:y"))
	r := s.wants("", true, "longest no_answer")
	if !slices.ContainsFunc(r.Notes, func(note string) bool { return strings.Contains(note, "was not kept") }) {
		t.Errorf("notes %q", r.Notes)
	}
	if data, _ := os.ReadFile(path); string(data) != "{}\n" {
		t.Errorf("the file was changed: %q", data)
	}
}

// A hundred identities of one primary cost each source one question.
func TestEachSourceIsAskedOnce(t *testing.T) {
	s := set(t, 2)
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice))
	var ids []kez.Identity
	for i := range 100 {
		name := fmt.Sprintf("github:a%d", i)
		s.claims[name] = signed(t, claim.New{Subject: id(t, name)}, s.k)
		ids = append(ids, id(t, name))
	}
	targets, err := s.v.Targets(ids)
	if err != nil {
		t.Fatal(err)
	}
	valid := 0
	s.v.All(t.Context(), targets, verify.Question{Now: now}, func(_ int, r *verify.Result) {
		if r.Status == kez.Valid && r.Chain.Checked {
			valid++
		}
	})
	if valid != 100 || len(s.stores[0].History()) != 1 || len(s.stores[1].History()) != 1 {
		t.Errorf("%d valid, %d and %d questions", valid, len(s.stores[0].History()), len(s.stores[1].History()))
	}
}

// Whoever writes a page can name any number of primaries. Of so many the chains
// are not all asked for.
func TestManyPrimaries(t *testing.T) {
	s := set(t, 1)
	many := crowd{}
	for i := range 40 {
		many = append(many, encoding.Candidate{Form: encoding.FormJSON, JSON: signed(t, claim.New{Subject: id(t, alice)}, key(t, byte(100+i)))})
	}
	s.v.Channels = channel.NewRegistry(many)
	if r := s.ask(); r.Code != kez.ProofAmbiguous {
		t.Errorf("%q", r.Code)
	}
	if n := len(s.stores[0].History()); n != 8 {
		t.Errorf("%d chains were asked for, want 8", n)
	}
	targets, _ := s.v.Targets([]kez.Identity{id(t, alice)})
	s.stores[0].ClearHistory()
	if r := s.v.ID(t.Context(), targets[0], verify.Question{Now: now, Primary: key(t, 120).Identity()}); r.Status != kez.Valid || !r.Chain.Checked {
		t.Errorf("%q (%s)", r.Code, r.Message)
	}
	if n := len(s.stores[0].History()); n != 1 {
		t.Errorf("with a primary named %d chains were asked for, want 1", n)
	}
}

// crowd is a channel that finds the same for everybody.
type crowd []encoding.Candidate

func (crowd) System() string { return "github" }

func (c crowd) Verify(context.Context, kez.Identity) *channel.Finding {
	f := &channel.Finding{}
	f.Add("https://here.test", c, nil)
	return f
}

// transport answers without a network.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// A source that never answers costs no more than the timeout, and one verdict
// more or less nothing. [KEZ-VERIFY-017]
func TestSlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {

		c, err := store.New("https://slow.test", "test")
		if err != nil {
			t.Fatal(err)
		}
		c.Transport = transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		claims := proofs{}
		var ids []kez.Identity
		for i := range 60 {
			name := fmt.Sprintf("github:a%d", i)
			claims[name] = signed(t, claim.New{Subject: id(t, name)}, key(t, byte(i)))
			ids = append(ids, id(t, name))
		}

		v := &verify.Verifier{Channels: channel.NewRegistry(claims), Sources: &chains.Sources{Stores: []*store.Client{c}}, Timeout: 5 * time.Second}
		targets, err := v.Targets(ids)
		if err != nil {
			t.Fatal(err)
		}
		start, verdicts := time.Now(), 0
		v.All(t.Context(), targets, verify.Question{Now: now}, func(_ int, r *verify.Result) {
			verdicts++
			if r.Status != kez.Valid || r.Chain.Checked || r.Chain.Sources[0].State != verify.SourceNoAnswer || r.Chain.Sources[0].Code != kez.ChannelUnreachable {
				t.Errorf("%s, %+v", r.Status, r.Chain)
			}
		})
		// Two rounds, since 32 are verified at a time.
		if took := time.Since(start); verdicts != 60 || took > 10*time.Second {
			t.Errorf("%d verdicts took %s", verdicts, took)
		}
		time.Sleep(time.Minute) // of the bubble: the questions under way end by themselves
	})
}

// Pull keeps what extends, tells a fork, and fails only where nobody answers.
// [KEZ-CLI-067, 068]
func TestPull(t *testing.T) {
	s := set(t, 2)
	pull := func() (*verify.Pulled, error) { return s.v.Begin(t.Context()).Pull(t.Context(), s.k.Identity()) }
	p, err := pull()
	if err != nil || p.Failed != nil || p.Changed || p.State.Length != 0 || len(p.Sources) != 2 {
		t.Errorf("nothing anywhere: %+v, %v", p, err)
	}
	long := chain(t, s.k, nil, "add "+alice, "add x:y")
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice))
	s.put(1, s.k, long)
	if p, err = pull(); err != nil || !p.Changed || p.State.Length != 2 {
		t.Errorf("longer: %+v, %v", p, err)
	}
	if p, err = pull(); err != nil || p.Changed || p.Sources[0].State != verify.SourceBehind || p.Sources[2].Source != "local" {
		t.Errorf("again: %+v, %v", p, err)
	}
	s.stores[0].Fault("/**", httpfake.Status(500))
	if p, err = pull(); err != nil || p.Failed != nil {
		t.Errorf("one of two fails: %+v, %v", p, err)
	}
	s.stores[1].Fault("/**", httpfake.Status(429))
	if p, err = pull(); err != nil || kez.CodeOf(p.Failed) != kez.ChannelUnreachable || p.State.Length != 2 {
		t.Errorf("both fail: %+v, %v", p, err)
	}
	s.stores[1].ClearFaults()
	s.put(1, s.k, chain(t, s.k, nil, "add "+alice, "add x:other", "add x:more"))
	if _, err = pull(); kez.CodeOf(err) != kez.SigchainFork {
		t.Errorf("a fork: %v", err)
	}
	if s.keptLength() != 2 {
		t.Errorf("%d events are kept", s.keptLength())
	}
	s.v.Sources.Stores = nil
	if p, err = s.v.Begin(t.Context()).Pull(t.Context(), key(t, 9).Identity()); err != nil || kez.CodeOf(p.Failed) != kez.ChannelUnreachable {
		t.Errorf("no source: %+v, %v", p, err)
	}
}

// BenchmarkHundredOfOne verifies a hundred identities of one primary, without a
// store and with one that has a chain of a thousand events.
func BenchmarkHundredOfOne(b *testing.B) {
	k := key(b, 1)
	claims := proofs{}
	var ids []kez.Identity
	var steps []string
	for i := range 1000 {
		name := fmt.Sprintf("github:a%d", i)
		steps = append(steps, "add "+name)
		if i < 100 {
			claims[name] = signed(b, claim.New{Subject: id(b, name)}, k)
			ids = append(ids, id(b, name))
		}
	}
	f, err := storefake.Start()
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	f.Put(k.Identity().String(), chain(b, k, nil, steps...))
	c, err := store.New(f.URL(), "test")
	if err != nil {
		b.Fatal(err)
	}
	for name, sources := range map[string]*chains.Sources{"no store": nil, "store": {Stores: []*store.Client{c}}} {
		b.Run(name, func(b *testing.B) {
			v := &verify.Verifier{Channels: channel.NewRegistry(claims), Sources: sources}
			targets, err := v.Targets(ids)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				v.All(b.Context(), targets, verify.Question{Now: now}, func(_ int, r *verify.Result) {
					if r.Status != kez.Valid || r.Chain.Checked != (sources != nil) {
						b.Fatalf("%s, %+v", r.Status, r.Chain)
					}
				})
			}
		})
	}
}

// A watch asks again in each round, and tells a revocation that a store has
// learnt since.
func TestWatchSeesTheStore(t *testing.T) {
	s := set(t, 1)
	s.put(0, s.k, chain(t, s.k, nil, "add "+alice))
	targets, err := s.v.Targets([]kez.Identity{id(t, alice)})
	if err != nil {
		t.Fatal(err)
	}
	var news []string
	w := verify.Watch{Verifier: s.v, Clock: &handClock{now: now}, Interval: time.Minute, Rounds: 3}
	err = w.Run(t.Context(), targets, verify.Question{}, func(c verify.Change) {
		news = append(news, string(c.Status))
		s.put(0, s.k, chain(t, s.k, nil, "add "+alice, "revoke "+alice))
	})
	if err != nil || strings.Join(news, " ") != "valid revoked" {
		t.Errorf("%q, %v", news, err)
	}
	if n := len(s.stores[0].History()); n != 3 {
		t.Errorf("%d questions in three rounds", n)
	}
}
