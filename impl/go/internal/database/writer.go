package database

import (
	"context"
	"errors"
	"runtime"
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

// gather takes what is queued already. As long as that is something it lets
// those run who are ready to, since they may be about to queue a job as well; it
// waits for nothing else.
func (db *DB) gather(batch []*job) []*job {
	for len(batch) < db.batch {
		runtime.Gosched()
		before := len(batch)
		for more := true; more && len(batch) < db.batch; {
			select {
			case j := <-db.jobs:
				batch = append(batch, j)
			default:
				more = false
			}
		}
		if len(batch) == before {
			break
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
	err := db.transact(live, false)
	if again, ok := errors.AsType[*again](err); ok {
		err = again.err
		if len(live) > 1 {
			db.oneByOne(live, again.alone)
			err = nil
		}
	}
	for _, j := range live {
		if err != nil {
			j.err = err
		}
		j.err = db.fault(j.err)
		close(j.done)
	}
}

// again is what makes a batch of several jobs run anew, from its beginning.
type again struct {
	err   error
	alone bool // each in a transaction of its own
}

func (e *again) Error() string { return e.err.Error() }

// oneByOne runs jobs of which one failed, so that it hurts no other: each in a
// savepoint, or, where the failure brought the whole transaction down, as a full
// disk may, each in a transaction of its own.
func (db *DB) oneByOne(jobs []*job, alone bool) {
	if !alone {
		err := db.transact(jobs, true)
		if _, ok := errors.AsType[*again](err); !ok {
			for _, j := range jobs {
				if err != nil {
					j.err = err
				}
			}
			return
		}
	}
	for i, j := range jobs {
		if err := db.transact(jobs[i:i+1], false); err != nil {
			j.err = err
			if again, ok := errors.AsType[*again](err); ok {
				j.err = again.err
			}
		}
	}
}

// transact runs jobs in one transaction. Its own error means that nothing of it
// is stored. Without savepoints, which cost as much as a statement each, the
// failure of a job is such an error.
func (db *DB) transact(jobs []*job, savepoints bool) (err error) {
	tx := db.writer
	if err := tx.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.run("ROLLBACK") // fails where SQLite has rolled back itself
		}
	}()
	for _, j := range jobs {
		if savepoints {
			if err := tx.run("SAVEPOINT job"); err != nil {
				return &again{err, true}
			}
		}
		j.err = guarded(tx, j.f)
		switch {
		case j.err != nil && (!savepoints || undoes(j.err)):
			return &again{j.err, undoes(j.err)}
		case j.err != nil:
			if err := tx.run("ROLLBACK TO job"); err != nil {
				return &again{err, true}
			}
		}
		if savepoints {
			if err := tx.run("RELEASE job"); err != nil {
				return &again{err, true}
			}
		}
	}
	return tx.run("COMMIT")
}
