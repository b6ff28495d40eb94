package database

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// The write-ahead log as SQLite writes it: a header, then frames of a header and
// a page, each with a checksum over all that came before.
const (
	logHeader   = 32
	frameHeader = 24
)

// sum is the checksum of the log.
type sum [2]uint32

func (s sum) over(order binary.ByteOrder, data []byte) sum {
	for ; len(data) >= 8; data = data[8:] {
		s[0] += order.Uint32(data) + s[1]
		s[1] += order.Uint32(data[4:]) + s[0]
	}
	return s
}

func sumAt(b []byte) sum { return sum{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])} }

// logDamaged reports whether a byte of the log was changed after it was synced.
// SQLite takes the first frame with a wrong checksum for the end, as it is after
// a crash, and so forgets without a word what was confirmed. A crash leaves
// nothing whole behind the transaction that it cut off, since the next one is
// only written once that is synced; so whatever goes on there tells of damage.
// Damage of the last transaction looks like a crash and is not told.
func logDamaged(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 256<<10)
	header := make([]byte, logHeader)
	if _, err := io.ReadFull(in, header); err != nil {
		return false, ended(err)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if header[3]&1 == 1 {
		order = binary.BigEndian
	}
	salts, stored, counted := string(header[16:24]), sumAt(header[24:]), sum{}.over(order, header[:24])
	// What the next frame may go on from. Of a frame that is wrong either the sum
	// or what it covers may be right.
	from := []sum{stored, counted}
	headless := stored != counted
	wrong, complete := false, false
	frame := make([]byte, frameHeader+pageSize)
	for {
		if _, err := io.ReadFull(in, frame); err != nil {
			return false, ended(err)
		}
		stored, follows := sumAt(frame[16:]), false
		for _, s := range from {
			counted = s.over(order, frame[:8]).over(order, frame[frameHeader:])
			if follows = counted == stored; follows {
				break
			}
		}
		if headless { // the header is synced before the first frame is written
			for _, other := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
				follows = follows || sumAt(header[24:]).over(other, frame[:8]).over(other, frame[frameHeader:]) == stored
			}
			return follows, nil
		}
		// Behind the end stand frames of before, which have other salts.
		follows = follows && string(frame[8:16]) == salts
		commits := binary.BigEndian.Uint32(frame[4:]) != 0
		switch {
		case follows && wrong && complete:
			return true, nil
		case follows:
			from, complete = []sum{stored}, commits
		case wrong:
			return false, nil
		default:
			from, wrong, complete = []sum{stored, counted}, true, commits
		}
	}
}

// ended is nil for the end of a file.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
