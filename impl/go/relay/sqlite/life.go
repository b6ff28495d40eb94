package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/internal/database"
	"kez.lat/kez/impl/go/kez"
)

// life is what tells a database that goes on from one that was replaced. The
// file beside it is written after every commit, in place and without waiting for
// the disk: that outlives a killed process, and after a power cut it can only be
// behind, which hides nothing but a copy put over the file within seconds.
type life struct {
	epoch string
	file  *os.File
	db    *Store

	mu     sync.Mutex
	noted  note
	synced int64
}

// note is the content of the file.
type note struct {
	epoch string
	run   string // that wrote the database last
	next  string // that was about to begin
	file  string // which file the database was
	seq   int64
}

// noteForm has seq at a fixed place, so that it can be written alone.
const (
	noteForm = "kez-relay-life 1\nseq %020d\nepoch %s\nrun %s\nnext %s\nfile %s\n"
	seqPlace = int64(len("kez-relay-life 1\nseq "))
	nobody   = "-"
)

// syncEvery is how many messages may pass until the note is forced to the disk.
const syncEvery = 4096

// begin takes the database for this process, decides whether it is the one that
// was left, and notes the new run.
func begin(path string, s *Store, fresh bool) (*life, error) {
	l := &life{db: s}
	var err error
	if l.file, err = os.OpenFile(path+".epoch", os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, notNoted(path, err)
	}
	if err = l.begin(path, fresh); err != nil {
		return nil, errors.Join(err, l.file.Close())
	}
	return l, nil
}

func (l *life) begin(path string, fresh bool) error {
	held, err := home.TryLock(l.file)
	if err != nil {
		return notNoted(path, err)
	}
	if held {
		return kez.Errorf(kez.CLILocked, "another relay serves %s", path).WithHint("end it, or give this one another --db")
	}
	file, err := identify(path)
	if err != nil {
		return notNoted(path, err)
	}
	found, copied, err := l.inside()
	if err != nil {
		return err
	}
	left, known := l.read()
	goesOn := known && !copied && !fresh && found.epoch != "" && found.epoch == left.epoch && file == left.file &&
		found.seq >= left.seq && (found.run == left.run || found.run == left.next)
	l.epoch = found.epoch
	if !goesOn {
		l.epoch = rand.Text() // KEZ-RELAY-064
	}
	// The run is noted as coming before it is written into the database, so that
	// an end in between is not taken for another database.
	l.noted = note{epoch: l.epoch, run: orNobody(found.run), next: rand.Text(), file: file, seq: found.seq}
	if err := l.write(); err != nil {
		return notNoted(path, err)
	}
	err = l.db.write(context.Background(), func(tx *database.Tx) error {
		_, err := tx.Exec("UPDATE life SET epoch = ?, run = ?, copied = 0", l.epoch, l.noted.next)
		return err
	})
	if err != nil {
		return err
	}
	l.noted.run, l.noted.next = l.noted.next, nobody
	if err := l.write(); err != nil {
		return notNoted(path, err)
	}
	return nil
}

// inside reads what the database says of itself.
func (l *life) inside() (n note, copied bool, err error) {
	err = l.db.read(context.Background(), func(tx *database.Tx) error {
		if _, err := tx.Get("SELECT epoch, run, copied FROM life", nil, &n.epoch, &n.run, &copied); err != nil {
			return err
		}
		n.seq, err = lastSeq(tx)
		return err
	})
	return n, copied, err
}

// read gives what was noted, and false where that is absent or not whole.
func (l *life) read() (n note, ok bool) {
	text := make([]byte, 1024)
	size, err := l.file.ReadAt(text, 0)
	if size == 0 || !errors.Is(err, io.EOF) { // the file is shorter than that
		return n, false
	}
	_, err = fmt.Sscanf(string(text[:size]), noteForm, &n.seq, &n.epoch, &n.run, &n.next, &n.file)
	return n, err == nil
}

func (l *life) write() error {
	text := fmt.Sprintf(noteForm, l.noted.seq, l.noted.epoch, l.noted.run, l.noted.next, l.noted.file)
	if _, err := l.file.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	if err := l.file.Truncate(int64(len(text))); err != nil {
		return err
	}
	return l.file.Sync()
}

// saw notes a number that was given, before anybody hears of it.
func (l *life) saw(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq <= l.noted.seq {
		return
	}
	l.noted.seq = seq
	_, err := l.file.WriteAt(fmt.Appendf(nil, "%020d", seq), seqPlace)
	if err == nil && seq-l.synced >= syncEvery {
		l.synced = seq
		err = l.file.Sync()
	}
	if err != nil {
		// A note that is behind costs nobody a message.
		l.db.log.Warn("the note of the last message cannot be written", "error", err)
	}
}

func (l *life) close() error { return errors.Join(l.file.Sync(), l.file.Close()) }

func orNobody(run string) string {
	if run == "" {
		return nobody
	}
	return run
}

func notNoted(path string, err error) error {
	return kez.Errorf(kez.CLIFile, "%s.epoch cannot be used: %w", path, err).
		WithHint("the folder of the database must be writable; the file may be deleted, then clients read again")
}
