package database

import (
	"context"
	"errors"
	"sync/atomic"
)

// job is one call of Write.
type job struct {
	f     func(*Tx) error
	state atomic.Int32
	err   error
	done  chan struct{}
}

// A job is begun by the writer or withdrawn by its caller, whoever is first.
const (
	queued = iota
	begun
	withdrawn
)

// Write runs f in a transaction and returns once it is on durable storage. An
// error of f undoes what f did, and nothing else. f may be run again when the
// transaction it shared had to be undone for another's sake, so what it hands
// out it sets anew each time. A context that ends while the job waits withdraws
// it; a job once begun is completed.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{f: f, done: make(chan struct{})}
	select {
	case <-db.closing:
		return stopping()
	default:
	}
	select {
	case db.jobs <- j:
	case <-db.closing:
		return stopping()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if j.state.CompareAndSwap(queued, withdrawn) {
			return ctx.Err()
		}
	case <-db.stopped:
		if j.state.CompareAndSwap(queued, withdrawn) {
			return stopping() // it came in after the writer had looked for the last time
		}
	}
	<-j.done
	return j.err
}

// write is the one goroutine that writes.
func (db *DB) write() {
	defer close(db.stopped)
	batch := make([]*job, 0, db.batch)
	for {
		select {
		case j := <-db.jobs:
			batch = db.gather(append(batch[:0], j))
		case <-db.closing:
			if batch = db.gather(batch[:0]); len(batch) == 0 {
				return
			}
		}
		db.commit(batch)
		clear(batch)
	}
}

// gather takes what is queued already and waits for nothing.
func (db *DB) gather(batch []*job) []*job {
	for len(batch) < db.batch {
		select {
		case j := <-db.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch and answers every job in it.
func (db *DB) commit(batch []*job) {
	live := batch[:0]
	for _, j := range batch {
		if j.state.CompareAndSwap(queued, begun) {
			live = append(live, j)
		}
	}
	if len(live) == 0 {
		return
	}
	if err := db.transact(live); err != nil {
		_ = db.writer.run("ROLLBACK") // fails where SQLite has rolled back itself
		alone, ok := errors.AsType[*aloneError](err)
		if ok && len(live) > 1 {
			// A job brought the whole transaction down, a full disk for one. The
			// others may fit without it.
			for i := range live {
				one := live[i : i+1]
				if err := db.transact(one); err != nil {
					_ = db.writer.run("ROLLBACK")
					one[0].err = err
				}
			}
		} else {
			if ok {
				err = alone.err
			}
			for _, j := range live {
				j.err = err
			}
		}
	}
	for _, j := range live {
		j.err = db.fault(j.err)
		close(j.done)
	}
}

// aloneError is what makes a batch run again, job by job.
type aloneError struct{ err error }

func (e *aloneError) Error() string { return e.err.Error() }
func (e *aloneError) Unwrap() error { return e.err }

// transact runs jobs in one transaction. Its own error means that nothing of it
// is stored.
func (db *DB) transact(jobs []*job) error {
	tx := db.writer
	if err := tx.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, j := range jobs {
		if err := tx.run("SAVEPOINT job"); err != nil {
			return &aloneError{err}
		}
		if j.err = guarded(tx, j.f); j.err != nil {
			if undoes(j.err) {
				return &aloneError{j.err}
			}
			if err := tx.run("ROLLBACK TO job"); err != nil {
				return &aloneError{err}
			}
		}
		if err := tx.run("RELEASE job"); err != nil {
			return &aloneError{err}
		}
	}
	return tx.run("COMMIT")
}
