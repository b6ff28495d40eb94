package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/relay"
)

// Register stores a registration as it was posted, and tells whether it is new.
// Of several for one handle the writer takes the first (KEZ-RELAY-022). Errors:
// handle.taken, handle.primary_taken.
func (s *Store) Register(ctx context.Context, r *relay.Registration, posted []byte, at time.Time) (*relay.Account, bool, error) {
	var account *relay.Account
	isNew := false
	err := s.write(ctx, func(tx *database.Tx) error {
		account, isNew = nil, false
		var err error
		if account, err = s.find(tx, byHandle, r.Handle); err != nil {
			return err
		}
		if account != nil {
			if account.Primary != r.Primary {
				return kez.Errorf(kez.HandleTaken, "the handle %s belongs to another key", r.Handle).WithHint("choose another handle")
			}
			return nil
		}
		other, err := s.find(tx, byOwner, r.Primary.String())
		if err != nil {
			return err
		}
		if other != nil { // KEZ-RELAY-011
			return kez.Errorf(kez.HandlePrimaryTaken, "this key has the handle %s here already", other.Handle).
				WithHint("use that handle, or another key")
		}
		isNew = true
		account = &relay.Account{Handle: r.Handle, Primary: r.Primary, RegisteredAt: at.UTC().Truncate(time.Second), Registration: posted,
			Proofs: []json.RawMessage{}, Policy: relay.Policy{Accept: relay.AcceptAnyone, Contacts: []string{}}, Blocks: []string{}}
		return save(tx, "INSERT INTO accounts (owner, registered_at, registration, proofs, policy, blocks, sum, handle) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", account)
	})
	if err != nil {
		return nil, false, err
	}
	return account, isNew, nil
}

// Set replaces what an account shows or takes; nil members stay.
func (s *Store) Set(ctx context.Context, handle string, change relay.Settings) (*relay.Account, error) {
	var account *relay.Account
	err := s.write(ctx, func(tx *database.Tx) error {
		found, err := s.find(tx, byHandle, handle)
		if err != nil {
			return err
		}
		if found == nil {
			return kez.Errorf(kez.HandleUnknown, "nobody has the handle %s here", handle).WithHint("register it first")
		}
		account = found
		if change.Proofs != nil {
			account.Proofs = *change.Proofs
		}
		if change.Policy != nil {
			account.Policy = *change.Policy
		}
		if change.Blocks != nil {
			account.Blocks = *change.Blocks
		}
		return save(tx, "UPDATE accounts SET owner = ?, registered_at = ?, registration = ?, proofs = ?, policy = ?, blocks = ?, sum = ? WHERE handle = ?", account)
	})
	s.cache.forget(handle)
	if err != nil {
		return nil, err
	}
	return account, nil
}

// ByHandle gives the account of a handle, nil where there is none. It is shared,
// so nobody changes it.
func (s *Store) ByHandle(ctx context.Context, handle string) (*relay.Account, error) {
	account, since := s.cache.get(handle)
	if account != nil {
		return account, nil
	}
	err := s.read(ctx, func(tx *database.Tx) (err error) {
		account, err = s.find(tx, byHandle, handle)
		return err
	})
	if err == nil && account != nil {
		s.cache.put(account, since)
	}
	return account, err
}

// ByPrimary gives the account of a primary, nil where there is none.
func (s *Store) ByPrimary(ctx context.Context, primary kez.Identity) (account *relay.Account, err error) {
	err = s.read(ctx, func(tx *database.Tx) (err error) {
		account, err = s.find(tx, byOwner, primary.String())
		return err
	})
	return account, err
}

const (
	columns  = "SELECT handle, owner, registered_at, registration, proofs, policy, blocks, sum FROM accounts "
	byHandle = columns + "WHERE handle = ?"
	byOwner  = columns + "WHERE owner = ?"
)

// record is the row of an account.
type record struct {
	handle, owner, registeredAt          string
	registration, proofs, policy, blocks []byte
}

func (r *record) sum() []byte {
	h := sha256.New()
	var length [8]byte
	for _, field := range [][]byte{[]byte(r.handle), []byte(r.owner), []byte(r.registeredAt), r.registration, r.proofs, r.policy, r.blocks} {
		h.Write(binary.BigEndian.AppendUint64(length[:0], uint64(len(field))))
		h.Write(field)
	}
	return h.Sum(nil)[:16]
}

func save(tx *database.Tx, statement string, a *relay.Account) error {
	r := record{handle: a.Handle, owner: a.Primary.String(), registeredAt: kez.FormatTime(a.RegisteredAt), registration: a.Registration}
	// Written by hand: entries are kept as they are.
	r.proofs = []byte("[")
	for i, proof := range a.Proofs {
		if i > 0 {
			r.proofs = append(r.proofs, ',')
		}
		r.proofs = append(r.proofs, proof...)
	}
	r.proofs = append(r.proofs, ']')
	var err error
	if r.policy, err = json.Marshal(a.Policy); err != nil {
		return err
	}
	if r.blocks, err = json.Marshal(a.Blocks); err != nil {
		return err
	}
	_, err = tx.Exec(statement, r.owner, r.registeredAt, r.registration, r.proofs, r.policy, r.blocks, r.sum(), r.handle)
	return err
}

// find reads one account, nil where there is none.
func (s *Store) find(tx *database.Tx, query, key string) (*relay.Account, error) {
	var r record
	var sum []byte
	found, err := tx.Get(query, []any{key}, &r.handle, &r.owner, &r.registeredAt, &r.registration, &r.proofs, &r.policy, &r.blocks, &sum)
	if err != nil || !found {
		return nil, err
	}
	return s.account(&r, sum)
}

func (s *Store) account(r *record, sum []byte) (*relay.Account, error) {
	if string(sum) != string(r.sum()) {
		return nil, s.damaged("an account does not fit its checksum")
	}
	a := &relay.Account{Handle: r.handle, Registration: r.registration}
	var ok bool
	var err error
	if a.RegisteredAt, ok = kez.ParseTime(r.registeredAt); !ok {
		return nil, s.damaged("an account has no time")
	}
	if a.Primary, err = kez.ParseSigned(r.owner); err != nil {
		return nil, s.damaged("an account has no primary")
	}
	for _, part := range []struct {
		text []byte
		into any
	}{{r.proofs, &a.Proofs}, {r.policy, &a.Policy}, {r.blocks, &a.Blocks}} {
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return nil, s.damaged("a setting of an account is no JSON")
		}
	}
	return a, nil
}
