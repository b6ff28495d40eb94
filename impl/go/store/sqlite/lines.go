package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/sigchain"
)

// A page is read in one transaction. It is bounded in rows and, since lines are
// long, in bytes; a single line may pass the latter.
const (
	pageRows  = 512
	pageBytes = 256 << 10
)

// row is one event as stored.
type row struct {
	n    int64
	hash sigchain.Hash
	line []byte
}

// Lines hands on the lines of the chain that ends with tip, from a seq on, in
// order, and holds no transaction while each runs (KEZ-STORE-016). Lines that
// arrive after tip was read are not among them.
func (s *Store) Lines(ctx context.Context, tip sigchain.Tip, since int, each func(line []byte) error) error {
	var before sigchain.Hash
	if since > 0 && since < tip.Length {
		hashes, err := s.Hashes(ctx, tip.Primary, since-1, 1)
		if err != nil {
			return err
		}
		if len(hashes) != 1 {
			return s.damaged("an event of a chain is missing", "seq", since-1)
		}
		before = hashes[0]
	}
	for since = max(since, 0); since < tip.Length; {
		var page []row
		err := s.read(ctx, func(tx *database.Tx) error {
			c, found, err := s.find(tx, tip.Primary)
			if err != nil {
				return err
			}
			if !found || c.tip.Length < tip.Length {
				return s.damaged("a chain is shorter than it was")
			}
			page, err = s.page(tx, c, since, tip.Length)
			return err
		})
		if err != nil {
			return err
		}
		for i := range page {
			r := &page[i]
			if since > 0 && !names(r.line, before) {
				return s.damaged("an event does not name the one before it", "n", r.n, "seq", since)
			}
			before = r.hash
			if since++; since == tip.Length && before != tip.Head {
				return s.damaged("a chain does not end with its head", "n", r.n, "seq", since-1)
			}
			if err := each(r.line); err != nil {
				return err
			}
		}
	}
	return nil
}

// page reads events of a chain from a seq on, at least one, and holds every
// line against its hash.
func (s *Store) page(tx *database.Tx, c chain, since, until int) ([]row, error) {
	rows, err := tx.Query("SELECT seq, n, hash, line FROM events WHERE chain = ? AND seq >= ? AND seq < ? ORDER BY seq",
		c.id, since, min(until, since+pageRows))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	page := make([]row, 0, min(until-since, pageRows))
	for size := 0; size < pageBytes && rows.Next(); {
		var seq int
		var r row
		var hash []byte
		if err := rows.Scan(&seq, &r.n, &hash, &r.line); err != nil {
			return nil, err
		}
		if seq != since+len(page) {
			break
		}
		if r.hash = sha256.Sum256(r.line); !bytes.Equal(r.hash[:], hash) {
			return nil, s.damaged("an event does not fit its hash", "n", r.n, "chain", c.id, "seq", seq)
		}
		size += len(r.line)
		page = append(page, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(page) == 0 {
		return nil, s.damaged("an event of a chain is missing", "chain", c.id, "seq", since)
	}
	return page, nil
}

// names reports whether an event's prev is this hash. Lines are canonical, so
// there is one spelling; that it stands in the right place was verified before
// the line was stored.
func names(line []byte, before sigchain.Hash) bool {
	return bytes.Contains(line, []byte(`"prev":"`+before.String()+`"`))
}

// Arrivals hands on all events after number n, in the order of arrival, and
// holds no transaction while each runs.
func (s *Store) Arrivals(ctx context.Context, after int64, each func(sigchain.Arrival) error) error {
	for {
		var page []row
		err := s.read(ctx, func(tx *database.Tx) error {
			var err error
			page, err = s.arrivals(tx, after)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			if err := each(sigchain.Arrival{N: page[i].n, Line: page[i].line}); err != nil {
				return err
			}
		}
		after = page[len(page)-1].n
	}
}

// arrivals reads events after a number, none at the end.
func (s *Store) arrivals(tx *database.Tx, after int64) ([]row, error) {
	last := int64(0)
	if _, err := tx.Get("SELECT coalesce(max(n), 0) FROM events", nil, &last); err != nil || after >= last {
		return nil, err
	}
	rows, err := tx.Query("SELECT n, hash, line FROM events WHERE n > ? ORDER BY n LIMIT ?", after, pageRows)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []row
	for size := 0; size < pageBytes && rows.Next(); {
		var r row
		var hash []byte
		if err := rows.Scan(&r.n, &hash, &r.line); err != nil {
			return nil, err
		}
		if r.n != after+1 {
			break
		}
		if r.hash = sha256.Sum256(r.line); !bytes.Equal(r.hash[:], hash) {
			return nil, s.damaged("an event does not fit its hash", "n", r.n)
		}
		after, size = r.n, size+len(r.line)
		page = append(page, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(page) == 0 {
		return nil, s.damaged("an event is missing", "n", after+1)
	}
	return page, nil
}
