package relay

import (
	"context"
	"encoding/json"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Account is a registered handle.
type Account struct {
	Handle       string
	Primary      kez.Identity
	RegisteredAt time.Time
	Registration []byte            // as first posted, byte for byte
	Proofs       []json.RawMessage // as they were set
	Policy       Policy
	Blocks       []string
}

// Directory gives handles to primaries, durably. Its own errors are those of
// sigchain.Log.
type Directory interface {
	// Register stores a registration, given as it was posted, and tells whether
	// it is new. Errors: handle.taken, handle.primary_taken (KEZ-RELAY-019 to 022).
	Register(ctx context.Context, r *Registration, posted []byte, at time.Time) (account *Account, isNew bool, err error)
	// ByHandle and ByPrimary give nil where there is no such account.
	ByHandle(ctx context.Context, handle string) (*Account, error)
	ByPrimary(ctx context.Context, primary kez.Identity) (*Account, error)
	// Set replaces what an account shows or takes; nil members stay.
	Set(ctx context.Context, handle string, change Settings) (*Account, error)
}

// Settings are what the holder of a handle can change.
type Settings struct {
	Proofs *[]json.RawMessage
	Policy *Policy
	Blocks *[]string
}

// Quota bounds one mailbox.
type Quota struct {
	Messages int64
	Bytes    int64
}

// Mailbox keeps sealed messages, durably and byte for byte. Its own errors are
// those of sigchain.Log.
type Mailbox interface {
	// Put stores an envelope for a handle and numbers it above all that can be
	// read by then (KEZ-RELAY-062). An envelope that the handle has already gives
	// its first row, and isNew false. Error: message.quota.
	Put(ctx context.Context, to string, envelope []byte, at time.Time, quota Quota) (row Row, isNew bool, err error)
	// Page hands on messages above since, in the order of seq, at most limit of
	// them and about maxBytes, and at least one where there is one. A row and its
	// envelope are valid during the call alone. After an error what was handed on
	// is not to be shown.
	Page(ctx context.Context, handle string, since int64, limit int, maxBytes int64, each func(row *Row)) error
	// Last gives the highest seq of all mailboxes, 0 for none.
	Last(ctx context.Context) (int64, error)
	// Expire removes messages stored before a time and tells how many.
	Expire(ctx context.Context, before time.Time) (int64, error)
	// Epoch names the life of the database: another one means that numbers may
	// have gone back (KEZ-RELAY-064).
	Epoch() string
	// Check looks for damage; nil is well.
	Check(ctx context.Context) error
}
