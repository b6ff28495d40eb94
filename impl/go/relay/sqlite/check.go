package sqlite

import (
	"context"

	"kez.lat/kez/impl/go/internal/database"
)

// checkAccounts looks at start-up through the accounts and their indexes
// (KEZ-STORE-003): a damaged key there would hide an account, and its handle
// could be given away.
func (s *Store) checkAccounts(path string) error {
	err := s.db.CheckTables(s.damaged, "accounts", "mailboxes")
	if err == nil {
		err = s.scrubAccounts(context.Background(), database.AtOnce)
	}
	return database.NotStarted(path, schema, "accounts", err)
}

// Check tells whether damage was found since the start or the last whole scrub,
// and whether the database answers. It is cheap.
func (s *Store) Check(ctx context.Context) error {
	if err := s.damage.Err(); err != nil {
		return err
	}
	_, err := s.Last(ctx)
	return err
}
