package sqlite

import (
	"context"
	"errors"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// checkAccounts looks at start-up through the accounts and their indexes
// (KEZ-STORE-003): a damaged key there would hide an account, and its handle
// could be given away.
func (s *Store) checkAccounts(path string) error {
	ctx := context.Background()
	for _, table := range []string{"accounts", "mailboxes"} {
		err := s.read(ctx, func(tx *database.Tx) error {
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
	if err := s.scrubAccounts(ctx, database.AtOnce); err != nil {
		return startDamaged(path, err)
	}
	return nil
}

// startDamaged is why a relay does not start; where the damage lies the log says.
func startDamaged(path string, err error) error {
	if !errors.Is(err, database.ErrDamaged) {
		return kez.Errorf(kez.CLIFile, "%s, %s, cannot be read: %w", path, schema.What, err).
			WithHint("the log says why")
	}
	return kez.Errorf(kez.CLIFile, "%s, %s, is damaged: what it says about its accounts does not fit together", path, schema.What).
		WithHint("restore it from a backup; nothing was changed")
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
