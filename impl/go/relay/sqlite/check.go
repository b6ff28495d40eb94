package sqlite

import (
	"context"
	"crypto/sha256"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// checkAccounts looks at start-up through the accounts and their indexes
// (KEZ-STORE-003): a damaged key there would hide an account, and its handle
// could be given away.
func (s *Store) checkAccounts(path string) error {
	ctx := context.Background()
	err := s.checkTables(ctx, "accounts", "mailboxes")
	if err == nil {
		err = s.scrubAccounts(ctx)
	}
	if err != nil {
		return kez.Errorf(kez.CLIFile, "%s, %s, is damaged: %w", path, schema.What, err).
			WithHint("restore it from a backup; nothing was changed")
	}
	return nil
}

func (s *Store) checkTables(ctx context.Context, tables ...string) error {
	for _, table := range tables {
		err := s.read(ctx, func(tx *database.Tx) error {
			found, err := tx.CheckTable(table)
			if err == nil && found != "" {
				err = s.damaged("a table and its index differ", "table", table)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
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
	_, err := s.Last(ctx)
	return err
}

// Scrub reads everything once and gives the first damage it finds. Check speaks
// of it until a later scrub finds none.
func (s *Store) Scrub(ctx context.Context) error {
	if err := s.checkTables(ctx, "accounts", "mailboxes", "digests", "messages"); err != nil {
		return err
	}
	if err := s.scrubAccounts(ctx); err != nil {
		return err
	}
	if err := s.scrubMessages(ctx); err != nil {
		return err
	}
	s.remember(nil)
	return nil
}

// scrubPage is how many rows one transaction reads.
const scrubPage = 200

func (s *Store) scrubAccounts(ctx context.Context) error {
	after := ""
	for more := true; more; {
		err := s.read(ctx, func(tx *database.Tx) error {
			rows, err := tx.Query(columns+"WHERE handle > ? ORDER BY handle LIMIT ?", after, scrubPage)
			if err != nil {
				return err
			}
			defer rows.Close()
			for more = false; rows.Next(); more = true {
				var r record
				var sum []byte
				if err := rows.Scan(&r.handle, &r.owner, &r.registeredAt, &r.registration, &r.proofs, &r.policy, &r.blocks, &sum); err != nil {
					return err
				}
				if _, err := s.account(&r, sum); err != nil {
					return err
				}
				after = r.handle
			}
			return rows.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) scrubMessages(ctx context.Context) error {
	after := int64(0)
	for more := true; more; {
		err := s.read(ctx, func(tx *database.Tx) error {
			rows, err := tx.Query(`SELECT m.seq, m.recipient_handle, m.envelope, m.created_at, coalesce(d.hash, x''), coalesce(d.sum, -1)
				FROM messages m LEFT JOIN digests d ON d.seq = m.seq WHERE m.seq > ? ORDER BY m.seq LIMIT ?`, after, scrubPage)
			if err != nil {
				return err
			}
			defer rows.Close()
			for more = false; rows.Next(); more = true {
				var row relay.Row
				var to string
				var hash []byte
				var sum int64
				if err := rows.Scan(&row.Seq, &to, (*[]byte)(&row.Envelope), &row.CreatedAt, &hash, &sum); err != nil {
					return err
				}
				if err := s.checkRow(&row, to, sum); err != nil {
					return err
				}
				if got := sha256.Sum256(row.Envelope); string(got[:]) != string(hash) {
					return s.damaged("a message does not fit its digest", "seq", row.Seq)
				}
				after = row.Seq
			}
			return rows.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}
