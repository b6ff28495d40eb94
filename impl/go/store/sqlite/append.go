package sqlite

import (
	"context"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// Append stores entries that were verified to follow tip, all or none. It
// reports false, and stores nothing, where the chain no longer ends there.
func (s *Store) Append(ctx context.Context, tip sigchain.Tip, entries []sigchain.Entry) (bool, error) {
	if len(entries) == 0 {
		return true, nil
	}
	fits := false
	err := s.damage.Noted(s.db.Write(ctx, func(tx *database.Tx) error {
		c, found, err := s.find(tx, tip.Primary)
		if err != nil {
			return err
		}
		// KEZ-STORE-025: two writers may have verified against the same end; the
		// second one has to look again.
		if fits = c.tip == tip; !fits {
			return nil
		}
		if !found {
			if c.id, err = s.newChain(tx, &c); err != nil {
				return err
			}
		}
		for i := range entries {
			if err := s.insert(tx, &c, &entries[i]); err != nil {
				return err
			}
		}
		return s.save(tx, &c)
	}))
	return fits && err == nil, err
}

// newChain makes the row of a chain; save completes it.
func (s *Store) newChain(tx *database.Tx, c *chain) (int64, error) {
	r, err := tx.Exec("INSERT INTO chains (name, length, bytes, head, successor, sum) VALUES (?, 0, 0, x'', '', x'')", c.tip.Primary.String())
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

func (s *Store) save(tx *database.Tx, c *chain) error {
	_, err := tx.Exec("UPDATE chains SET length = ?, bytes = ?, head = ?, successor = ?, sum = ? WHERE id = ?",
		c.tip.Length, c.tip.Bytes, c.tip.Head[:], c.tip.Successor.String(), c.sum(), c.id)
	return err
}

// insert stores one event and follows what it does.
func (s *Store) insert(tx *database.Tx, c *chain, e *sigchain.Entry) error {
	r, err := tx.Exec("INSERT INTO events (chain, seq, hash, line) VALUES (?, ?, ?, ?)", c.id, e.Seq, e.Hash[:], e.Line)
	if err != nil {
		return err
	}
	n, err := r.LastInsertId()
	if err != nil {
		return err
	}
	c.tip = c.tip.After(e)
	switch e.Op {
	case sigchain.Add:
		return s.activate(tx, c.id, e.Target.Canonical(), n)
	case sigchain.Revoke:
		_, err = tx.Exec("DELETE FROM active WHERE chain = ? AND subject = ?", c.id, e.Target.Canonical().String())
	}
	return err
}

// activate notes that a subject became active. An add of what is active already
// changes nothing: the earliest one counts (KEZ-STORE-029).
func (s *Store) activate(tx *database.Tx, id int64, subject kez.Identity, n int64) error {
	name := subject.String()
	_, err := tx.Exec("INSERT INTO active (subject, n, chain, sum) VALUES (?, ?, ?, ?) ON CONFLICT (chain, subject) DO NOTHING",
		name, n, id, checksum(name, n, id))
	return err
}
