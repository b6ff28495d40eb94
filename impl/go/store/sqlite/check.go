package sqlite

import (
	"context"
	"errors"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// checkTables looks at start-up through the two small tables and their indexes
// (KEZ-STORE-003). A damaged key there would hide a chain, and a lookup cannot
// tell that from a chain which never was. Events need no such look: each is
// found by its number, and one that is missing shows.
func (s *Store) checkTables(path string) error {
	ctx := context.Background()
	for _, table := range []string{"chains", "active"} {
		err := s.db.Read(ctx, func(tx *database.Tx) error {
			found, err := tx.CheckTable(table)
			if err == nil && found != "" {
				err = s.damaged(found, "table", table)
			}
			return err
		})
		if err != nil {
			return startDamaged(path, err)
		}
	}
	if err := s.scrubChains(ctx); err != nil {
		return startDamaged(path, err)
	}
	if err := s.scrubActive(ctx); err != nil {
		return startDamaged(path, err)
	}
	return nil
}

// startDamaged is why a store does not start; where the damage lies the log says.
func startDamaged(path string, err error) error {
	if !errors.Is(err, database.ErrDamaged) {
		return kez.Errorf(kez.CLIFile, "%s, %s, cannot be read: %w", path, schema.What, err).
			WithHint("the log says why")
	}
	return kez.Errorf(kez.CLIFile, "%s, %s, is damaged: what it says about its chains does not fit together", path, schema.What).
		WithHint("restore it from a backup; nothing was changed")
}

// Check tells whether damage was found since the start or the last whole scrub,
// and whether the database answers. It is cheap.
func (s *Store) Check(ctx context.Context) error {
	s.mu.Lock()
	damage := s.damage
	s.mu.Unlock()
	if damage != nil {
		return damage
	}
	return s.read(ctx, func(tx *database.Tx) error {
		n := int64(0)
		_, err := tx.Get("SELECT coalesce(max(n), 0) FROM events", nil, &n)
		return err
	})
}

// Scrub reads everything once, in short transactions, and gives the first
// damage it finds. Check speaks of it until a later scrub finds none.
func (s *Store) Scrub(ctx context.Context) error {
	for _, part := range []func(context.Context) error{s.scrubChains, s.scrubActive, s.scrubEvents} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	s.mu.Lock()
	s.damage = nil
	s.mu.Unlock()
	return nil
}

func (s *Store) scrubChains(ctx context.Context) error {
	for after, more := int64(0), true; more; {
		err := s.read(ctx, func(tx *database.Tx) error {
			rows, err := tx.Query("SELECT id, name, length, bytes, head, successor, sum FROM chains WHERE id > ? ORDER BY id LIMIT ?", after, pageRows)
			if err != nil {
				return err
			}
			defer rows.Close()
			for more = false; rows.Next(); more = true {
				var c chain
				var name, successor string
				var head, sum []byte
				if err := rows.Scan(&c.id, &name, &c.tip.Length, &c.tip.Bytes, &head, &successor, &sum); err != nil {
					return err
				}
				if c.tip.Primary, err = kez.ParseSigned(name); err != nil {
					return s.damaged("a chain has a primary that is no identity", "chain", c.id)
				}
				if err := s.fill(&c, head, successor, sum); err != nil {
					return err
				}
				after = c.id
			}
			return rows.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) scrubActive(ctx context.Context) error {
	subject, n := "", int64(0)
	for more := true; more; {
		err := s.read(ctx, func(tx *database.Tx) error {
			rows, err := tx.Query("SELECT subject, n, chain, sum FROM active WHERE (subject, n) > (?, ?) ORDER BY subject, n LIMIT ?", subject, n, pageRows)
			if err != nil {
				return err
			}
			defer rows.Close()
			for more = false; rows.Next(); more = true {
				var id int64
				var sum []byte
				if err := rows.Scan(&subject, &n, &id, &sum); err != nil {
					return err
				}
				if string(sum) != string(checksum(subject, n, id)) {
					return s.damaged("the row of an active subject does not fit its checksum", "n", n)
				}
			}
			return rows.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// scrubEvents reads the events by number, and every chain in its order.
func (s *Store) scrubEvents(ctx context.Context) error {
	for after := int64(0); ; {
		var c chain
		found := false
		err := s.read(ctx, func(tx *database.Tx) error {
			name := ""
			var err error
			if found, err = tx.Get("SELECT id, name FROM chains WHERE id > ? ORDER BY id LIMIT 1", []any{after}, &after, &name); err != nil || !found {
				return err
			}
			primary, err := kez.ParseSigned(name)
			if err != nil {
				return s.damaged("a chain has a primary that is no identity", "chain", after)
			}
			c, _, err = s.find(tx, primary)
			return err
		})
		if err != nil || !found {
			return err
		}
		if err := s.Lines(ctx, c.tip, 0, func([]byte) error { return nil }); err != nil {
			return err
		}
	}
}
