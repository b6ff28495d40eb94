package sqlite

import (
	"context"
	"errors"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// checkTables looks at start-up through the two small tables and their indexes
// (KEZ-STORE-003). A damaged key there would hide a chain, and a lookup cannot
// tell that from a chain which never was. Events need no such look: each is
// found by its number, and one that is missing shows.
func (s *Store) checkTables(path string) error {
	ctx := context.Background()
	for _, table := range []string{"chains", "active"} {
		err := s.db.Read(ctx, func(tx *database.Tx) error {
			found, err := tx.CheckTable(table)
			if err == nil && found != "" {
				err = s.damaged(found, "table", table)
			}
			return err
		})
		if err != nil {
			return startDamaged(path, err)
		}
	}
	if err := s.scrubChains(ctx, database.AtOnce); err != nil {
		return startDamaged(path, err)
	}
	if err := s.scrubActive(ctx, database.AtOnce, nil); err != nil {
		return startDamaged(path, err)
	}
	return nil
}

// startDamaged is why a store does not start; where the damage lies the log says.
func startDamaged(path string, err error) error {
	if !errors.Is(err, database.ErrDamaged) {
		return kez.Errorf(kez.CLIFile, "%s, %s, cannot be read: %w", path, schema.What, err).
			WithHint("the log says why")
	}
	return kez.Errorf(kez.CLIFile, "%s, %s, is damaged: what it says about its chains does not fit together", path, schema.What).
		WithHint("restore it from a backup; nothing was changed")
}

// Check tells whether damage was found since the start or the last whole scrub,
// and whether the database answers. It is cheap.
func (s *Store) Check(ctx context.Context) error {
	if err := s.damage.Err(); err != nil {
		return err
	}
	return s.read(ctx, func(tx *database.Tx) error {
		n := int64(0)
		_, err := tx.Get("SELECT coalesce(max(n), 0) FROM events", nil, &n)
		return err
	})
}
