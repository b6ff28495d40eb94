package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strconv"
	"strings"
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
	err := s.write(ctx, func(tx *database.Tx) error {
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
	if _, err := tx.Exec("INSERT INTO digests (seq, recipient_handle, hash, sum) VALUES (?, ?, ?, ?)", row.Seq, to, hash[:], rowSum(row, to)); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO mailboxes VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE SET messages = messages + 1, bytes = bytes + ?2", to, len(row.Envelope))
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// rowSum covers the row of a message against accidents.
func rowSum(row *relay.Row, to string) int64 {
	var head [128]byte
	text := binary.BigEndian.AppendUint64(head[:0], uint64(row.Seq))
	text = append(append(append(append(text, row.CreatedAt...), 0), to...), 0)
	return int64(crc32.Update(crc32.Checksum(text, castagnoli), castagnoli, row.Envelope))
}

// Page gives messages above since, in the order of seq, at most limit of them
// and about maxBytes, and at least one where there is one.
func (s *Store) Page(ctx context.Context, handle string, since int64, limit int, maxBytes int64) ([]relay.Row, error) {
	var page []relay.Row
	err := s.read(ctx, func(tx *database.Tx) error {
		size := int64(0)
		for len(page) < limit && size < maxBytes {
			several := min(limit-len(page), mostJoined, max(1, int(maxBytes/joinedSize)))
			rows, err := s.joined(tx, handle, since, several)
			if err != nil || len(rows) == 0 {
				return err
			}
			since = rows[len(rows)-1].Seq
			for i := range rows {
				if size >= maxBytes {
					break
				}
				page, size = append(page, rows[i]), size+int64(len(rows[i].Envelope))
			}
			if len(rows) < several {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// To hand single rows out of the library costs more than to read them, so they
// come joined, mostJoined at a time and fewer where joinedSize each would be too
// much.
const (
	mostJoined = 64
	joinedSize = 4096
)

// joined reads messages as two texts: of each its seq, time, length and checksum
// with a space behind each, and the envelopes. The limit is no bare parameter,
// since SQLite would compile the statement anew for each value of one.
func (s *Store) joined(tx *database.Tx, handle string, since int64, limit int) ([]relay.Row, error) {
	var heads, text []byte
	if _, err := tx.Get(`SELECT coalesce(CAST(group_concat(head, '') AS BLOB), x''), coalesce(CAST(group_concat(envelope, '') AS BLOB), x'') FROM (
		SELECT m.seq || ' ' || m.created_at || ' ' || length(m.envelope) || ' ' || coalesce(d.sum, -1) || ' ' AS head, m.envelope
		FROM messages m LEFT JOIN digests d ON d.seq = m.seq
		WHERE m.recipient_handle = ? AND m.seq > ? ORDER BY m.seq LIMIT ? + 0)`, []any{handle, since, limit}, &heads, &text); err != nil {
		return nil, err
	}
	rows := make([]relay.Row, 0, limit)
	rest := string(heads)
	for rest != "" {
		var row relay.Row
		var fields [4]string
		for i := range fields {
			var found bool
			if fields[i], rest, found = strings.Cut(rest, " "); !found {
				return nil, s.damaged("messages cannot be told apart", "since", since)
			}
		}
		var errs [3]error
		var length, sum int64
		row.Seq, errs[0] = strconv.ParseInt(fields[0], 10, 64)
		length, errs[1] = strconv.ParseInt(fields[2], 10, 64)
		sum, errs[2] = strconv.ParseInt(fields[3], 10, 64)
		if errors.Join(errs[:]...) != nil || row.Seq <= since || length < 0 || length > int64(len(text)) {
			return nil, s.damaged("messages cannot be told apart", "since", since)
		}
		row.CreatedAt, row.Envelope, text = fields[1], text[:length:length], text[length:]
		if err := s.checkRow(&row, handle, sum); err != nil {
			return nil, err
		}
		rows, since = append(rows, row), row.Seq
	}
	if len(text) > 0 {
		return nil, s.damaged("messages cannot be told apart", "since", since)
	}
	return rows, nil
}

// checkRow holds a message against what was noted when it was stored.
func (s *Store) checkRow(row *relay.Row, to string, sum int64) error {
	if rowSum(row, to) != sum {
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
