package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
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

// Page hands on messages above since, in the order of seq, at most limit of them
// and about maxBytes, and at least one where there is one. The memory of a row is
// the library's and valid during the call.
func (s *Store) Page(ctx context.Context, handle string, since int64, limit int, maxBytes int64, each func(row *relay.Row)) error {
	return s.read(ctx, func(tx *database.Tx) error {
		for limit > 0 && maxBytes > 0 {
			several := min(limit, mostJoined, max(1, int(maxBytes/joinedSize)))
			count := 0
			err := s.joined(tx, handle, since, several, func(row *relay.Row) bool {
				each(row)
				count, since, maxBytes = count+1, row.Seq, maxBytes-int64(len(row.Envelope))
				return maxBytes > 0
			})
			if err != nil || count < several {
				return err
			}
			limit -= count
		}
		return nil
	})
}

// To hand single rows out of the library costs more than to read them, so they
// come joined, mostJoined at a time and fewer where joinedSize each would be too
// much. What is larger than largeSize comes alone, since there a copy more costs
// more, and so that what is joined takes little memory.
const (
	mostJoined = 128
	joinedSize = 4096
	largeSize  = 16 << 10
)

// joined hands on messages until there is no more room, which each reports with
// false. It reads them as two texts: of each its seq, time, length and checksum
// with a space behind each, and the envelopes. The limit is no bare parameter,
// since SQLite would compile the statement anew for each value of one.
func (s *Store) joined(tx *database.Tx, handle string, since int64, limit int, each func(row *relay.Row) bool) error {
	_, err := tx.GetRaw(`SELECT coalesce(CAST(group_concat(seq || ' ' || at || ' ' || size || ' ' || sum || ' ', '') AS BLOB), x''),
			coalesce(CAST(group_concat(envelope, '') FILTER (WHERE size <= ?) AS BLOB), x'') FROM (
		SELECT m.seq AS seq, m.created_at AS at, length(m.envelope) AS size, coalesce(d.sum, -1) AS sum, m.envelope AS envelope
		FROM messages m LEFT JOIN digests d ON d.seq = m.seq
		WHERE m.recipient_handle = ? AND m.seq > ? ORDER BY m.seq LIMIT ? + 0)`, []any{largeSize, handle, since, limit}, 2,
		func(columns []sql.RawBytes) error {
			return s.split(tx, handle, since, string(columns[0]), columns[1], each)
		})
	return err
}

// split takes apart what joined has read.
func (s *Store) split(tx *database.Tx, handle string, since int64, heads string, text []byte, each func(row *relay.Row) bool) error {
	var row relay.Row
	for heads != "" {
		var fields [4]string
		for i := range fields {
			var found bool
			if fields[i], heads, found = strings.Cut(heads, " "); !found {
				return s.damaged("messages cannot be told apart", "since", since)
			}
		}
		var errs [3]error
		var length, sum int64
		row.Seq, errs[0] = strconv.ParseInt(fields[0], 10, 64)
		length, errs[1] = strconv.ParseInt(fields[2], 10, 64)
		sum, errs[2] = strconv.ParseInt(fields[3], 10, 64)
		if errs[0] != nil || errs[1] != nil || errs[2] != nil || row.Seq <= since || length < 0 || length <= largeSize && length > int64(len(text)) {
			return s.damaged("messages cannot be told apart", "since", since)
		}
		row.CreatedAt = fields[1]
		if length <= largeSize {
			row.Envelope, text = text[:length:length], text[length:]
		} else {
			large, err := envelopeOf(tx, row.Seq)
			if err != nil {
				return err
			}
			row.Envelope = large
		}
		if err := s.checkRow(&row, handle, sum); err != nil {
			return err
		}
		if since = row.Seq; !each(&row) {
			return nil
		}
	}
	if len(text) > 0 {
		return s.damaged("messages cannot be told apart", "since", since)
	}
	return nil
}

func envelopeOf(tx *database.Tx, seq int64) (envelope []byte, err error) {
	_, err = tx.Get("SELECT envelope FROM messages WHERE seq = ?", []any{seq}, &envelope)
	return envelope, err
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
