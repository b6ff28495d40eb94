package sqlite_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store/sqlite"
)

// contents is everything that a store says.
type contents struct {
	chains   map[kez.Identity][]byte
	subjects map[string]string
	arrivals []byte
}

var subjects = []string{"github:user0", "github:user1", "github:user2", "github:user7", "dns:a.example", "ap:a@b.example"}

// read asks a store everything. With an error the answers that came before it
// are there still: they may have been sent already.
func read(s *sqlite.Store, primaries []kez.Identity) (contents, error) {
	c := contents{map[kez.Identity][]byte{}, map[string]string{}, nil}
	var errs error
	for _, p := range primaries {
		chain, err := readChain(s, p, 0)
		if errs = errors.Join(errs, err); err == nil || len(chain) > 0 {
			c.chains[p] = chain
		}
	}
	for _, text := range subjects {
		subject, err := kez.ParseSigned(text)
		if err != nil {
			return c, err
		}
		found, next, err := s.BySubject(context.Background(), subject, "", 100)
		if errs = errors.Join(errs, err); err == nil {
			c.subjects[text] = fmt.Sprint(found, next)
		}
	}
	err := s.Arrivals(context.Background(), 0, func(a sigchain.Arrival) error {
		c.arrivals = append(fmt.Appendf(c.arrivals, "%d ", a.N), append(a.Line, '\n')...)
		return nil
	})
	return c, errors.Join(errs, err)
}

// harmless reports whether what was said is right as far as it goes: chains and
// arrivals may have ended early with an error.
func (c contents) harmless(want contents, ended bool) error {
	for p, chain := range c.chains {
		if !bytes.HasPrefix(want.chains[p], chain) || !ended && len(chain) != len(want.chains[p]) {
			return fmt.Errorf("a wrong chain of %s", p)
		}
	}
	for subject, found := range c.subjects {
		if found != want.subjects[subject] {
			return fmt.Errorf("wrong primaries of %s: %s", subject, found)
		}
	}
	if !bytes.HasPrefix(want.arrivals, c.arrivals) || !ended && len(c.arrivals) != len(want.arrivals) {
		return errors.New("wrong arrivals")
	}
	return nil
}

// populated makes the closed file of a store with some chains.
func populated(t *testing.T) (path string, primaries []kez.Identity, want contents) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "kez-sig.db")
	s, err := sqlite.Open(path, quiet())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		a := newAuthor(t, i).adds(3 + i)
		a.add("dns:a.example")
		a.add("ap:a@b.example")
		a.revoke("github:user1")
		if i%3 == 0 {
			a.next(sigchain.Change{Op: sigchain.Rotate, Key: newKey(t, 100+i)})
		}
		post(t, s, a, a.body())
		primaries = append(primaries, a.primary())
	}
	if want, err = read(s, primaries); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, primaries, want
}

// judge opens a damaged file and reports how the damage was met. What a reader
// meets a whole scrub finds too.
func judge(path string, primaries []kez.Identity, want contents) (string, error) {
	s, err := sqlite.Open(path, quiet())
	if err != nil {
		if !errors.Is(err, kez.CLIFile) {
			return "", fmt.Errorf("refused with %w", err)
		}
		return "refused", nil
	}
	defer s.Close()
	got, err := read(s, primaries)
	if e := got.harmless(want, err != nil); e != nil {
		return "", e
	}
	if err != nil {
		if !errors.Is(err, kez.HTTPUnavailable) {
			return "", fmt.Errorf("damage is told as %w", err)
		}
		if s.Check(context.Background()) == nil {
			return "", errors.New("Check knows nothing of damage that a reader met")
		}
		if err := s.Scrub(context.Background(), nil); !errors.Is(err, kez.HTTPUnavailable) {
			return "", fmt.Errorf("a scrub of damage that a reader met: %v", err)
		}
		return "detected", nil
	}
	return "harmless", nil
}

// TestH22_FlippedBytes flips one byte anywhere in the file, the database being
// closed: it never opens and then says something wrong.
func TestH22_FlippedBytes(t *testing.T) {
	path, primaries, want := populated(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flips := 150
	if os.Getenv("KEZ_SOAK") == "1" {
		flips = 20000
	}
	random := rand.New(rand.NewPCG(22, 22))
	met := map[string]int{}
	dir := t.TempDir()
	for i := range flips + 100 {
		at, mask := i, byte(0xff) // the header, byte by byte
		if i >= 100 {
			at, mask = random.IntN(len(good)), byte(1+random.IntN(255))
		}
		damaged := bytes.Clone(good)
		damaged[at] ^= mask
		name := filepath.Join(dir, "kez-sig.db")
		if err := os.WriteFile(name, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		how, err := judge(name, primaries, want)
		if err != nil {
			t.Errorf("byte %d ^ %02x: %v", at, mask, err)
		}
		met[how]++
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(name + suffix); err != nil && suffix == "" {
				t.Fatal(err)
			}
		}
	}
	t.Logf("of %d flips in %d bytes: %v", flips+100, len(good), met)
	if met["refused"] == 0 || met["detected"] == 0 {
		t.Errorf("%v", met)
	}
}

// TestH22_TwoRowsExchanged moves whole lines within the file, hashes and all, so
// that each row is right by itself.
func TestH22_TwoRowsExchanged(t *testing.T) {
	path, primaries, want := populated(t)
	exec(t, path, `UPDATE events SET seq = -1 WHERE n = 2; UPDATE events SET seq = 1 WHERE n = 3; UPDATE events SET seq = 2 WHERE n = 2`)
	if how, err := judge(path, primaries, want); err != nil || how != "detected" {
		t.Errorf("%s, %v", how, err)
	}
	path, primaries, want = populated(t)
	exec(t, path, `DELETE FROM events WHERE n = 5`)
	if how, err := judge(path, primaries, want); err != nil || how != "detected" {
		t.Errorf("%s, %v", how, err)
	}
	path, primaries, want = populated(t)
	exec(t, path, `UPDATE chains SET length = length - 1, head = (SELECT hash FROM events WHERE chain = 1 AND seq = 4) WHERE id = 1`)
	if how, err := judge(path, primaries, want); err != nil || how != "refused" {
		t.Errorf("%s, %v", how, err)
	}
}

// TestH22_AnotherLastEvent replaces the end of a chain by an event that its owner
// signed for the same place: every line is right, and the head is another.
func TestH22_AnotherLastEvent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kez-sig.db")
	s, a := open(t, path), newAuthor(t, 1)
	post(t, s, a, a.add("github:trunk"))
	other := a.sign(sigchain.Change{Op: sigchain.Add, Subject: id(t, "github:other")})
	post(t, s, a, a.add("github:stored"))
	hash := sha256.Sum256(other)
	exec(t, path, fmt.Sprintf("UPDATE events SET line = x'%x', hash = x'%x' WHERE n = 2", other, hash[:]))
	if _, err := readChain(s, a.primary(), 0); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("another end was served: %v", err)
	}
	if err := s.Scrub(context.Background(), nil); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("scrub: %v", err)
	}
}

// TestH22_ScrubFindsDamageBeforeAReader damages a row behind the back of an open
// store.
func TestH22_ScrubFindsDamageBeforeAReader(t *testing.T) {
	path, _, _ := populated(t)
	s := open(t, path)
	ctx := context.Background()
	if err := errors.Join(s.Scrub(ctx, nil), s.Check(ctx)); err != nil {
		t.Fatal(err)
	}
	exec(t, path, `UPDATE events SET line = CAST(replace(CAST(line AS TEXT), 'user0', 'user9') AS BLOB) WHERE n = 1`)
	if err := s.Check(ctx); err != nil {
		t.Errorf("nobody has looked yet: %v", err)
	}
	if err := s.Scrub(ctx, nil); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("scrub: %v", err)
	}
	if err := s.Check(ctx); !errors.Is(err, kez.HTTPUnavailable) {
		t.Errorf("check: %v", err)
	}
	exec(t, path, `UPDATE events SET line = CAST(replace(CAST(line AS TEXT), 'user9', 'user0') AS BLOB) WHERE n = 1`)
	if err := errors.Join(s.Scrub(ctx, nil), s.Check(ctx)); err != nil {
		t.Errorf("repaired: %v", err)
	}
}
