package sqlite

import (
	"context"
	"crypto/sha256"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/relay"
)

// Bounds of one transaction of a scrub.
const (
	scrubRows  = 200
	scrubBytes = 256 << 10
	// mailboxBytes is about what is read to count a message.
	mailboxBytes = 64
)

// Scrub reads everything once, in short transactions, and gives the first damage
// it finds. Each row is also looked up by its indexes, as requests find it: what
// an index hides would be answered as what never was. Check speaks of damage
// until a later scrub finds none. Without a pace it does not wait.
func (s *Store) Scrub(ctx context.Context, pace database.Pace) error {
	if pace == nil {
		pace = database.AtOnce
	}
	return s.damage.Scrubbed(func() error {
		if err := s.scrubAccounts(ctx, pace); err != nil {
			return err
		}
		if err := s.scrubMessages(ctx, pace); err != nil {
			return err
		}
		return s.scrubMailboxes(ctx, pace)
	})
}

func (s *Store) scrubAccounts(ctx context.Context, pace database.Pace) error {
	after := int64(0)
	return s.pages(ctx, pace, func(tx *database.Tx) (size int, err error) {
		var found []*relay.Account
		if found, size, err = s.accountsAfter(tx, &after); err != nil {
			return 0, err
		}
		for _, a := range found {
			for query, key := range map[string]string{byHandle: a.Handle, byOwner: a.Primary.String()} {
				same, err := s.find(tx, query, key)
				if err != nil {
					return 0, err
				}
				if same == nil || same.Handle != a.Handle {
					return 0, s.damaged("an account is not found by its handle or its key")
				}
			}
		}
		return size, nil
	})
}

// pages runs page, which reads some rows and tells how many bytes they have, in
// transactions of their own until it reads none.
func (s *Store) pages(ctx context.Context, pace database.Pace, page func(*database.Tx) (int, error)) error {
	for {
		size := 0
		err := s.read(ctx, func(tx *database.Tx) (err error) {
			size, err = page(tx)
			return err
		})
		if err == nil && size > 0 {
			err = pace(ctx, size)
		}
		if err != nil || size == 0 {
			return err
		}
	}
}

// accountsAfter reads accounts in the order of the table, whatever its indexes say.
func (s *Store) accountsAfter(tx *database.Tx, after *int64) (found []*relay.Account, size int, err error) {
	rows, err := tx.Query("SELECT rowid, handle, owner, registered_at, registration, proofs, policy, blocks, sum FROM accounts WHERE rowid > ? ORDER BY rowid LIMIT ?", *after, scrubRows)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for size < scrubBytes && rows.Next() {
		var r record
		var sum []byte
		if err := rows.Scan(after, &r.handle, &r.owner, &r.registeredAt, &r.registration, &r.proofs, &r.policy, &r.blocks, &sum); err != nil {
			return nil, 0, err
		}
		a, err := s.account(&r, sum)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, a)
		size += 256 + len(r.registration) + len(r.proofs) + len(r.policy) + len(r.blocks)
	}
	return found, size, rows.Err()
}

// checked is a message of a scrub that fits its checksum and its digest.
type checked struct {
	seq  int64
	to   string
	hash [sha256.Size]byte
}

// scrubMessages ends with the last message that was there when it began, so that
// busy senders do not keep it from ending.
func (s *Store) scrubMessages(ctx context.Context, pace database.Pace) error {
	until, err := s.Last(ctx)
	if err != nil {
		return err
	}
	after := int64(0)
	return s.pages(ctx, pace, func(tx *database.Tx) (size int, err error) {
		var found []checked
		if found, size, err = s.messagesAfter(tx, &after, until); err != nil {
			return 0, err
		}
		for i := range found {
			if err := s.indexed(tx, &found[i]); err != nil {
				return 0, err
			}
		}
		return size, nil
	})
}

func (s *Store) messagesAfter(tx *database.Tx, after *int64, until int64) (found []checked, size int, err error) {
	rows, err := tx.Query(`SELECT m.seq, m.recipient_handle, m.envelope, m.created_at, coalesce(d.hash, x''), coalesce(d.sum, -1)
		FROM messages m LEFT JOIN digests d ON d.seq = m.seq WHERE m.seq > ? AND m.seq <= ? ORDER BY m.seq LIMIT ?`, *after, until, scrubRows)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for size < scrubBytes && rows.Next() {
		var row relay.Row
		var to string
		var hash []byte
		var sum int64
		if err := rows.Scan(&row.Seq, &to, (*[]byte)(&row.Envelope), &row.CreatedAt, &hash, &sum); err != nil {
			return nil, 0, err
		}
		if err := s.checkRow(&row, to, sum); err != nil {
			return nil, 0, err
		}
		c := checked{row.Seq, to, sha256.Sum256(row.Envelope)}
		if string(c.hash[:]) != string(hash) {
			return nil, 0, s.damaged("a message does not fit its digest", "seq", row.Seq)
		}
		found, *after = append(found, c), row.Seq
		size += 256 + len(row.Envelope)
	}
	return found, size, rows.Err()
}

// indexed looks a message up as a poll and as a repeated send do.
func (s *Store) indexed(tx *database.Tx, c *checked) error {
	var polled, known int64
	if _, err := tx.Get("SELECT seq FROM messages INDEXED BY messages_of_recipient WHERE recipient_handle = ? AND seq = ?", []any{c.to, c.seq}, &polled); err != nil {
		return err
	}
	if _, err := tx.Get("SELECT seq FROM digests INDEXED BY digests_of_recipient WHERE recipient_handle = ? AND hash = ?", []any{c.to, c.hash[:]}, &known); err != nil {
		return err
	}
	if polled != c.seq || known != c.seq {
		return s.damaged("a message is not found by its recipient", "seq", c.seq)
	}
	return nil
}

// scrubMailboxes counts what is in each mailbox: a wrong count would refuse mail
// that there is room for, or take what there is none for (KEZ-RELAY-052), and a
// message that vanished as a whole shows in nothing else.
func (s *Store) scrubMailboxes(ctx context.Context, pace database.Pace) error {
	last := ""
	return s.pages(ctx, pace, func(tx *database.Tx) (int, error) {
		var messages, bytes, counted, summed int64
		found, err := tx.Get("SELECT handle, messages, bytes FROM mailboxes WHERE handle > ? ORDER BY handle LIMIT 1", []any{last}, &last, &messages, &bytes)
		if err != nil || !found {
			return 0, err
		}
		if _, err := tx.Get("SELECT count(*), coalesce(sum(length(envelope)), 0) FROM messages WHERE recipient_handle = ?", []any{last}, &counted, &summed); err != nil {
			return 0, err
		}
		if counted != messages || summed != bytes {
			return 0, s.damaged("a mailbox does not hold what it counts", "messages", counted, "counts", messages)
		}
		return 256 + int(counted)*mailboxBytes, nil
	})
}
