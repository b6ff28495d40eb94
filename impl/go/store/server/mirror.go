package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/sigchain"
	"kez.lat/kez/impl/go/store"
	"kez.lat/kez/impl/go/strictjson"
)

// mirror follows one other store: it reads its export from where it stopped the
// last time, and believes nothing of it. A chain whose events are not right, or
// contradict what is stored here, is left out; the rest goes on.
type mirror struct {
	from    *store.Client
	log     sigchain.Log
	cursors cursorFile
	logger  *slog.Logger
	wait    func(context.Context, time.Duration) error

	cursor  cursor
	skipped map[kez.Identity]bool
}

// Bounds of the waits after failures, and of the silence within an export.
const (
	firstBackoff = time.Second
	lastBackoff  = 5 * time.Minute
	maxSilence   = time.Minute
)

// A batch is stored before the next is read, so its size bounds the memory.
const (
	batchEvents = 512
	batchBytes  = 4 << 20
	maxSkipped  = 100_000
)

// follow copies until ctx ends.
func (m *mirror) follow(ctx context.Context, interval time.Duration) {
	for backoff := firstBackoff; ; {
		pause := interval
		if err := m.catchUp(ctx); err != nil && ctx.Err() == nil {
			m.logger.Warn("the mirror failed", "from", m.from.Base(), "code", string(kez.CodeOf(err)), "reason", err.Error(), "again_in", backoff.String())
			pause, backoff = backoff, min(2*backoff, lastBackoff)
		} else {
			backoff = firstBackoff
		}
		if m.wait(ctx, pause) != nil {
			return
		}
	}
}

// pending are events of one primary in the order they came.
type pending struct {
	primary kez.Identity
	lines   [][]byte
}

// batch is what was read and is not stored yet.
type batch struct {
	chains map[kez.Identity]*pending
	events int
	bytes  int
	last   cursor // once all of it is stored
}

func newBatch() *batch { return &batch{chains: map[kez.Identity]*pending{}} }

// catchUp reads everything that the other store has beyond the cursor, and of a
// store that has taken its place everything.
func (m *mirror) catchUp(ctx context.Context) error {
	if err := m.resume(ctx); err != nil {
		return err
	}
	err := m.copy(ctx)
	if !errors.Is(err, errOther) {
		return err
	}
	m.logger.Warn("the store that is mirrored has been replaced; it is read from its beginning", "from", m.from.Base())
	m.cursor = cursor{}
	if err := m.cursors.save(m.cursor); err != nil {
		return err
	}
	return m.copy(ctx)
}

// copy reads on from the cursor; errOther tells that it is another store's.
func (m *mirror) copy(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(maxSilence, func() { cancel(errSilence) })
	defer silence.Stop()
	b, overlap := newBatch(), m.cursor.N > 0
	// The last event is asked for once more: a store that gives another one in
	// its place, or none, is not the store that the cursor is of.
	_, err := m.from.Export(ctx, max(0, m.cursor.N-1), func(n int64, event []byte) error {
		silence.Reset(maxSilence)
		hash := eventHash(event)
		if overlap {
			if overlap = false; n != m.cursor.N || hash != m.cursor.Hash {
				return errOther
			}
			return nil
		}
		m.add(b, n, hash, event)
		if b.events < batchEvents && b.bytes < batchBytes {
			return nil
		}
		silence.Stop()
		defer silence.Reset(maxSilence)
		full := b
		b = newBatch()
		return m.flush(ctx, full)
	})
	if err == nil {
		err = m.flush(ctx, b)
	}
	if err == nil && overlap {
		return errOther
	}
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errSilence) {
		return cause
	}
	return err
}

var (
	errOther   = errors.New("another store answers")
	errSilence = kez.Errorf(kez.ChannelUnreachable, "the export stood still for %s", maxSilence)
)

// eventHash names an event of an export, canonical or not.
func eventHash(event []byte) string {
	if doc, err := strictjson.ReadCanonical(event, kez.MaxEnvelope); err == nil {
		event = doc.Bytes()
	}
	sum := sha256.Sum256(event)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// resume reads the cursor. Where the database lacks what the cursor says was
// stored, it is an older copy, and everything is read again.
func (m *mirror) resume(ctx context.Context) error {
	if m.skipped != nil {
		return nil
	}
	read, err := m.cursors.load()
	if err != nil {
		m.logger.Warn("the cursor of the mirror cannot be read; the store is read from its beginning", "reason", err.Error())
	}
	if read.Primary != "" {
		id, err := kez.ParseSigned(read.Primary)
		if err == nil {
			var stored sigchain.Stored
			if stored, _, err = m.log.At(ctx, id, read.Seq); err != nil {
				return err
			}
			if stored.Hash.String() != read.Stored {
				m.logger.Warn("the database is older than the cursor of the mirror; the store is read from its beginning")
				read = cursor{}
			}
		}
	}
	m.cursor, m.skipped = read, map[kez.Identity]bool{}
	return nil
}

// add puts an event of the export into a batch.
func (m *mirror) add(b *batch, n int64, hash string, event []byte) {
	b.last.N, b.last.Hash = n, hash
	primary, err := primaryOf(event)
	if err != nil {
		m.logger.Warn("an event of the mirrored store has no primary and is left out", "n", n, "code", string(kez.CodeOf(err)))
		return
	}
	if m.skipped[primary] {
		return
	}
	p := b.chains[primary]
	if p == nil {
		p = &pending{primary: primary}
		b.chains[primary] = p
	}
	p.lines = append(p.lines, bytes.Clone(event))
	b.events++
	b.bytes += len(event)
}

func primaryOf(event []byte) (kez.Identity, error) {
	doc, err := strictjson.Read(event, kez.MaxEnvelope)
	if err != nil {
		return kez.Identity{}, err
	}
	return kez.ParseSigned(doc.Root().Member("payload").Member("primary").Text())
}
