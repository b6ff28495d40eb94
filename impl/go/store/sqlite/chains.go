package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
)

// chain is a row of chains.
type chain struct {
	id  int64
	tip sigchain.Tip
}

// checksum covers a row, each field with its length, so that no two rows have
// the same bytes. Half of SHA-256 is ample against accidents.
func checksum(fields ...any) []byte {
	h := sha256.New()
	var number [8]byte
	for _, f := range fields {
		switch f := f.(type) {
		case int64:
			h.Write(binary.BigEndian.AppendUint64(number[:0], uint64(f)))
		case string:
			h.Write(binary.BigEndian.AppendUint64(number[:0], uint64(len(f))))
			h.Write([]byte(f))
		default:
			panic(fmt.Sprintf("no checksum of a %T", f))
		}
	}
	return h.Sum(nil)[:16]
}

func (c *chain) sum() []byte {
	return checksum(c.id, c.tip.Primary.String(), int64(c.tip.Length), c.tip.Bytes, string(c.tip.Head[:]), c.tip.Successor.String())
}

// find reads the row of a primary; false where there is none.
func (s *Store) find(tx *database.Tx, primary kez.Identity) (chain, bool, error) {
	c := chain{tip: sigchain.Tip{Primary: primary}}
	var head, sum []byte
	var successor string
	found, err := tx.Get("SELECT id, length, bytes, head, successor, sum FROM chains WHERE name = ?", []any{primary.String()},
		&c.id, &c.tip.Length, &c.tip.Bytes, &head, &successor, &sum)
	if err != nil || !found {
		return c, false, err
	}
	return c, true, s.fill(&c, head, successor, sum)
}

// fill completes a row that was read and holds it against its checksum.
func (s *Store) fill(c *chain, head []byte, successor string, sum []byte) error {
	if copy(c.tip.Head[:], head); successor != "" {
		var err error
		if c.tip.Successor, err = kez.ParseSigned(successor); err != nil {
			return s.damaged("a chain has a successor that is no identity", "chain", c.id)
		}
	}
	if string(sum) != string(c.sum()) || len(head) != len(c.tip.Head) {
		return s.damaged("the row of a chain does not fit its checksum", "chain", c.id)
	}
	return nil
}

// Tip gives the end of a chain, of Length 0 where there is none.
func (s *Store) Tip(ctx context.Context, primary kez.Identity) (sigchain.Tip, error) {
	var tip sigchain.Tip
	err := s.damage.Noted(s.db.ReadOne(ctx, func(tx *database.Tx) error {
		c, _, err := s.find(tx, primary)
		tip = c.tip
		return err
	}))
	if err != nil {
		return sigchain.Tip{}, err
	}
	return tip, nil
}

// At gives a stored event of a chain; false where there is none.
func (s *Store) At(ctx context.Context, primary kez.Identity, seq int) (sigchain.Stored, bool, error) {
	var stored sigchain.Stored
	there := false
	err := s.read(ctx, func(tx *database.Tx) error {
		c, found, err := s.find(tx, primary)
		if there = found && 0 <= seq && seq < c.tip.Length; err != nil || !there {
			return err
		}
		page, err := s.page(tx, c, seq, seq+1)
		if err != nil {
			return err
		}
		stored = sigchain.Stored{Seq: seq, Hash: page[0].hash, Line: page[0].line}
		return nil
	})
	return stored, there && err == nil, err
}

// Hashes gives the hashes of a chain from a seq on, at most limit of them.
func (s *Store) Hashes(ctx context.Context, primary kez.Identity, since, limit int) ([]sigchain.Hash, error) {
	var hashes []sigchain.Hash
	err := s.read(ctx, func(tx *database.Tx) error {
		c, found, err := s.find(tx, primary)
		if err != nil || !found {
			return err
		}
		until := min(c.tip.Length, since+limit)
		hashes = make([]sigchain.Hash, 0, max(0, until-since))
		rows, err := tx.Query("SELECT seq, hash FROM events WHERE chain = ? AND seq >= ? AND seq < ? ORDER BY seq", c.id, since, until)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var seq int
			var hash []byte
			if err := rows.Scan(&seq, &hash); err != nil {
				return err
			}
			if seq != since+len(hashes) || len(hash) != len(sigchain.Hash{}) {
				return s.damaged("an event of a chain is missing", "chain", c.id, "seq", since+len(hashes))
			}
			hashes = append(hashes, sigchain.Hash(hash))
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if since+len(hashes) < until {
			return s.damaged("an event of a chain is missing", "chain", c.id, "seq", since+len(hashes))
		}
		return nil
	})
	return hashes, err
}
