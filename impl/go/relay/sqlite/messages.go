package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Put stores an envelope for a handle. A handle that has it already gives the
// first row, and false. Error: message.quota.
func (s *Store) Put(ctx context.Context, to string, envelope []byte, at time.Time, quota relay.Quota) (relay.Row, bool, error) {
	hash := sha256.Sum256(envelope)
	var row relay.Row
	isNew := false
	err := s.db.Write(ctx, func(tx *database.Tx) error {
		row, isNew = relay.Row{Envelope: envelope, CreatedAt: kez.FormatTime(at)}, false
		// KEZ-RELAY-049: the first row counts.
		found, err := tx.Get("SELECT m.seq, m.created_at FROM digests d JOIN messages m ON m.seq = d.seq WHERE d.recipient_handle = ? AND d.hash = ?",
			[]any{to, hash[:]}, &row.Seq, &row.CreatedAt)
		if err != nil || found {
			return err
		}
		if err := withinQuota(tx, to, int64(len(envelope)), quota); err != nil {
			return err
		}
		isNew = true
		return insert(tx, &row, to, hash)
	})
	if err != nil {
		return relay.Row{}, false, err
	}
	s.life.saw(row.Seq)
	return row, isNew, nil
}

// withinQuota refuses what is over the cap of a mailbox (KEZ-RELAY-052). Its
// counts are kept with each change, so nothing is summed up here.
func withinQuota(tx *database.Tx, to string, size int64, quota relay.Quota) error {
	var messages, bytes int64
	if _, err := tx.Get("SELECT messages, bytes FROM mailboxes WHERE handle = ?", []any{to}, &messages, &bytes); err != nil {
		return err
	}
	if quota.Messages > 0 && messages+1 > quota.Messages || quota.Bytes > 0 && bytes+size > quota.Bytes {
		return kez.Errorf(kez.MessageQuota, "the mailbox of the recipient is full").
			WithHint("nothing was stored; the relay makes room as messages grow old, so try again later")
	}
	return nil
}

func insert(tx *database.Tx, row *relay.Row, to string, hash [sha256.Size]byte) error {
	r, err := tx.Exec("INSERT INTO messages (recipient_handle, envelope, created_at) VALUES (?, ?, ?)", to, []byte(row.Envelope), row.CreatedAt)
	if err != nil {
		return err
	}
	if row.Seq, err = r.LastInsertId(); err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO digests (seq, recipient_handle, hash, sum) VALUES (?, ?, ?, ?)", row.Seq, to, hash[:], rowSum(row, to, hash[:])); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO mailboxes VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE SET messages = messages + 1, bytes = bytes + ?2", to, len(row.Envelope))
	return err
}

// rowSum covers the row of a message. Half of SHA-256 is ample against
// accidents.
func rowSum(row *relay.Row, to string, hash []byte) []byte {
	text := make([]byte, 0, 128)
	text = binary.BigEndian.AppendUint64(text, uint64(row.Seq))
	text = append(text, hash...)
	text = append(append(append(text, row.CreatedAt...), 0), to...)
	sum := sha256.Sum256(text)
	return sum[:16]
}

// Page gives messages above since, in the order of seq, at most limit of them
// and about maxBytes, and at least one where there is one.
func (s *Store) Page(ctx context.Context, handle string, since int64, limit int, maxBytes int64) ([]relay.Row, error) {
	var page []relay.Row
	err := s.read(ctx, func(tx *database.Tx) error {
		rows, err := tx.Query(`SELECT m.seq, m.envelope, m.created_at, coalesce(d.hash, x''), coalesce(d.sum, x'')
			FROM messages m LEFT JOIN digests d ON d.seq = m.seq
			WHERE m.recipient_handle = ? AND m.seq > ? ORDER BY m.seq LIMIT ?`, handle, since, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for size := int64(0); size < maxBytes && rows.Next(); {
			var row relay.Row
			var hash, sum []byte
			if err := rows.Scan(&row.Seq, (*[]byte)(&row.Envelope), &row.CreatedAt, &hash, &sum); err != nil {
				return err
			}
			if err := s.checkRow(&row, handle, hash, sum); err != nil {
				return err
			}
			page = append(page, row)
			size += int64(len(row.Envelope))
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// checkRow holds a message against what was noted when it was stored.
func (s *Store) checkRow(row *relay.Row, to string, hash, sum []byte) error {
	got := sha256.Sum256(row.Envelope)
	if string(got[:]) != string(hash) || string(rowSum(row, to, hash)) != string(sum) {
		return s.damaged("a message does not fit its checksum", "seq", row.Seq)
	}
	return nil
}

// Last gives the highest seq that was ever given, 0 for none.
func (s *Store) Last(ctx context.Context) (last int64, err error) {
	err = s.read(ctx, func(tx *database.Tx) error {
		last, err = lastSeq(tx)
		return err
	})
	return last, err
}

func lastSeq(tx *database.Tx) (last int64, err error) {
	_, err = tx.Get("SELECT seq FROM sqlite_sequence WHERE name = 'messages'", nil, &last)
	return last, err
}
