package sqlite

import (
	"context"

	"kez.lat/kez/impl/go/internal/database"
)

// checkTables looks at start-up through the two small tables and their indexes
// (KEZ-STORE-003). A damaged key there would hide a chain, and a lookup cannot
// tell that from a chain which never was. Events need no such look: each is
// found by its number, and one that is missing shows.
func (s *Store) checkTables(path string) error {
	ctx := context.Background()
	err := s.db.CheckTables(s.damaged, "chains", "active")
	if err == nil {
		err = s.scrubChains(ctx, database.AtOnce)
	}
	if err == nil {
		err = s.scrubActive(ctx, database.AtOnce, nil)
	}
	return database.NotStarted(path, schema, "chains", err)
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
