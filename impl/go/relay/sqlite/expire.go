package sqlite

import (
	"context"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// expireRows is how many messages one transaction removes, so that senders do
// not wait for long.
const expireRows = 500

// Expire removes messages stored before a time and tells how many. It goes by
// seq from the oldest on and ends at the first that stays; numbers are not used
// again.
func (s *Store) Expire(ctx context.Context, before time.Time) (int64, error) {
	total := int64(0)
	for {
		removed := int64(0)
		err := s.write(ctx, func(tx *database.Tx) (err error) {
			removed, err = expire(tx, kez.FormatTime(before))
			return err
		})
		total += removed
		if err != nil || removed < expireRows {
			return total, err
		}
	}
}

func expire(tx *database.Tx, before string) (int64, error) {
	type old struct {
		to   string
		size int64
	}
	var until int64
	var all []old
	rows, err := tx.Query("SELECT seq, recipient_handle, length(envelope), created_at FROM messages ORDER BY seq LIMIT ?", expireRows)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var o old
		var seq int64
		createdAt := ""
		if err := rows.Scan(&seq, &o.to, &o.size, &createdAt); err != nil {
			return 0, err
		}
		if createdAt >= before { // the form of times makes their order that of texts
			break
		}
		all, until = append(all, o), seq
	}
	if err := rows.Close(); err != nil || len(all) == 0 {
		return 0, err
	}
	for _, o := range all {
		if _, err := tx.Exec("UPDATE mailboxes SET messages = messages - 1, bytes = bytes - ? WHERE handle = ?", o.size, o.to); err != nil {
			return 0, err
		}
	}
	for _, statement := range []string{"DELETE FROM digests WHERE seq <= ?", "DELETE FROM messages WHERE seq <= ?"} {
		if _, err := tx.Exec(statement, until); err != nil {
			return 0, err
		}
	}
	return int64(len(all)), nil
}
