package sqlite

import (
	"context"
	"strconv"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// BySubject lists primaries whose chains have a subject active, the earliest
// add first, at most limit. after is a cursor, "" for the start; next is "" at
// the end.
func (s *Store) BySubject(ctx context.Context, subject kez.Identity, after string, limit int) (primaries []kez.Identity, next string, err error) {
	from, err := cursor(after)
	if err != nil {
		return nil, "", err
	}
	name := subject.Canonical().String()
	err = s.read(ctx, func(tx *database.Tx) error {
		primaries, next = nil, ""
		rows, err := tx.Query(`SELECT a.n, a.chain, a.sum, c.name, c.length, c.bytes, c.head, c.successor, c.sum
			FROM active a LEFT JOIN chains c ON c.id = a.chain WHERE a.subject = ? AND a.n > ? ORDER BY a.n LIMIT ?`, name, from, limit+1)
		if err != nil {
			return err
		}
		defer rows.Close()
		last := int64(0)
		for rows.Next() {
			if len(primaries) == limit {
				next = strconv.FormatInt(last, 10)
				break
			}
			var c chain
			var activeSum, head, sum []byte
			var primary, successor *string
			var length, size *int64
			if err := rows.Scan(&last, &c.id, &activeSum, &primary, &length, &size, &head, &successor, &sum); err != nil {
				return err
			}
			if primary == nil || string(activeSum) != string(checksum(name, last, c.id)) {
				return s.damaged("the row of an active subject does not fit its checksum", "n", last)
			}
			if c.tip.Primary, err = kez.ParseSigned(*primary); err != nil {
				return s.damaged("a chain has a primary that is no identity", "chain", c.id)
			}
			c.tip.Length, c.tip.Bytes = int(*length), *size
			if err := s.fill(&c, head, *successor, sum); err != nil {
				return err
			}
			primaries = append(primaries, c.tip.Primary)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, "", err
	}
	return primaries, next, nil
}

// cursor reads the arrival after which a page starts, in its one spelling.
func cursor(after string) (int64, error) {
	if after == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(after, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != after {
		return 0, kez.Errorf(kez.HTTPBadRequest, "the cursor is not one that this server gave").
			WithHint("take next of the page before, or start without a cursor")
	}
	return n, nil
}
