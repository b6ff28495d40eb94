package sqlite

import (
	"context"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// rowBytes is about what a row of the two small tables has.
const rowBytes = 256

// Scrub reads everything once, in short transactions, and gives the first
// damage it finds. Check speaks of it until a later scrub finds none. Without a
// pace it does not wait.
func (s *Store) Scrub(ctx context.Context, pace database.Pace) error {
	if pace == nil {
		pace = database.AtOnce
	}
	return s.damage.Scrubbed(func() error {
		if err := s.scrubChains(ctx, pace); err != nil {
			return err
		}
		if err := s.scrubActive(ctx, pace, s.indexed); err != nil {
			return err
		}
		return s.scrubEvents(ctx, pace)
	})
}

func (s *Store) scrubChains(ctx context.Context, pace database.Pace) error {
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
		if err == nil && more {
			err = pace(ctx, pageRows*rowBytes)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// activeRow is a row of the active subjects.
type activeRow struct {
	subject  string
	n, chain int64
}

// scrubActive reads the active subjects, and gives each page to more checks.
func (s *Store) scrubActive(ctx context.Context, pace database.Pace, check func(*database.Tx, []activeRow) error) error {
	var last activeRow
	page := make([]activeRow, 0, pageRows)
	for {
		err := s.read(ctx, func(tx *database.Tx) (err error) {
			if page, err = s.activePage(tx, page[:0], last); err == nil && check != nil {
				err = check(tx, page)
			}
			return err
		})
		if err == nil && len(page) > 0 {
			err = pace(ctx, len(page)*rowBytes)
		}
		if err != nil || len(page) == 0 {
			return err
		}
		last = page[len(page)-1]
	}
}

func (s *Store) activePage(tx *database.Tx, page []activeRow, last activeRow) ([]activeRow, error) {
	rows, err := tx.Query("SELECT subject, n, chain, sum FROM active WHERE (subject, n) > (?, ?) ORDER BY subject, n LIMIT ?", last.subject, last.n, pageRows)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r activeRow
		var sum []byte
		if err := rows.Scan(&r.subject, &r.n, &r.chain, &sum); err != nil {
			return nil, err
		}
		if string(sum) != string(checksum(r.subject, r.n, r.chain)) {
			return nil, s.damaged("the row of an active subject does not fit its checksum", "n", r.n)
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

// indexed looks each subject up as a revocation does. At the start the tables
// were compared with their indexes as a whole, for which there is no short
// transaction.
func (s *Store) indexed(tx *database.Tx, page []activeRow) error {
	for _, r := range page {
		n := int64(0)
		if _, err := tx.Get("SELECT n FROM active INDEXED BY active_of_chain WHERE chain = ? AND subject = ?", []any{r.chain, r.subject}, &n); err != nil {
			return err
		}
		if n != r.n {
			return s.damaged("an active subject is not found by its chain", "n", r.n, "chain", r.chain)
		}
	}
	return nil
}

// scrubEvents reads every chain in its order, found by its name as a request
// finds it: one that is not would be answered as a chain that never was.
func (s *Store) scrubEvents(ctx context.Context, pace database.Pace) error {
	for after, size := int64(0), 0; ; {
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
			named := false
			if c, named, err = s.find(tx, primary); err == nil && (!named || c.id != after) {
				err = s.damaged("a chain is not found by its name", "chain", after)
			}
			return err
		})
		if err != nil || !found {
			return err
		}
		err = s.Lines(ctx, c.tip, 0, func(line []byte) error {
			if size += len(line); size < pageBytes {
				return nil
			}
			read := size
			size = 0
			return pace(ctx, read)
		})
		if err != nil {
			return err
		}
	}
}
