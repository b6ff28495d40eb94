package sigchain

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"kez.lat/kez/impl/go/kez"
)

// readAll reads a stream of lines in batches; while the signatures of one are
// verified the next is read. Whatever fault stops the reading, the signatures
// of the lines before it are judged first.
func (v *Verifier) readAll(r io.Reader) error {
	size := 128 << 10
	if whole, ok := r.(interface{ Len() int }); ok {
		size = min(size, whole.Len()) // a server reads one event after the other
	}
	lines := lineReader{r: bufio.NewReaderSize(r, size), left: kez.MaxChain}
	var batches [2]batch
	var buffers [2][]slot
	before := &batches[1] // nothing yet
	for i := 0; ; i ^= 1 {
		now := &batches[i]
		stop := v.fill(now, &buffers[i], &lines)
		if err := v.finish(before); err != nil {
			return err
		}
		v.start(now)
		if before = now; stop == nil {
			continue
		}
		if err := v.finish(now); err != nil {
			return err
		}
		switch {
		case !errors.Is(stop, io.EOF):
			return v.takeFork(stop)
		case v.line == 0:
			return kez.Errorf(kez.InputEmpty, "the chain is empty")
		}
		return nil
	}
}

// fill reads lines into a batch until it is full or something stops it: the
// end, or a fault that is judged without signatures. A line with a fault that
// is judged after its signature is the last of its batch.
func (v *Verifier) fill(b *batch, buffer *[]slot, lines *lineReader) (stop error) {
	b.slots, b.first = nil, v.line+1
	for len(b.slots) < batchLines {
		n := len(b.slots)
		if n == len(*buffer) {
			*buffer = append(*buffer, slot{})
		}
		s := &(*buffer)[n]
		if stop := lines.next(s); stop != nil {
			if !errors.Is(stop, io.EOF) {
				stop = atLine(stop, v.line+1)
			}
			return stop
		}
		v.line++
		if stop := v.check(s, lines.limit); errors.Is(stop, errKnown) {
			b.first = v.line + 1 // known lines lead, so the batch is empty still
			continue
		} else if stop != nil {
			v.line--
			return stop
		}
		if b.slots = (*buffer)[:n+1]; s.after != nil {
			return nil
		}
	}
	return nil
}

// lineReader cuts a stream at LF and keeps count of the bytes left. A line
// that passes a limit is handed on up to one byte past it, so that a fault
// before the limit is still found first.
type lineReader struct {
	r     *bufio.Reader
	left  int
	limit int // of the line just read
	line  int
}

func (l *lineReader) next(s *slot) error {
	s.text = s.text[:0]
	if l.left < 0 { // the newline of the line before was one byte too many
		return tooLarge()
	}
	l.limit = min(l.left, kez.MaxEnvelope)
	for {
		part, err := l.r.ReadSlice('\n')
		if l.left -= len(part); l.limit == 0 && len(part) > 0 {
			return tooLarge()
		}
		ended := err == nil
		if ended {
			part = part[:len(part)-1]
		}
		s.text = append(s.text, part[:min(len(part), l.limit+1-len(s.text))]...)
		switch {
		case len(s.text) > l.limit:
			return nil // strictjson says input.too_large, or what is wrong before
		case ended:
			l.line++
			return l.whole(s.text)
		case errors.Is(err, io.EOF):
			if len(s.text) == 0 {
				return io.EOF
			}
			l.line++
			return l.whole(s.text)
		case !errors.Is(err, bufio.ErrBufferFull):
			return kez.Errorf(kez.CLIFile, "the chain cannot be read: %w", err)
		}
	}
}

// whole refuses a blank line; if nothing but white space follows from the start
// the chain is empty instead.
func (l *lineReader) whole(text []byte) error {
	if !blank(text) {
		return nil
	}
	if l.line == 1 && l.restBlank() {
		return kez.Errorf(kez.InputEmpty, "the chain is empty")
	}
	return kez.Errorf(kez.SigchainSyntax, "the line is blank; every line of a chain is one event").
		WithHint("remove the blank line")
}

func (l *lineReader) restBlank() bool {
	for {
		part, err := l.r.ReadSlice('\n')
		if !blank(part) {
			return false
		}
		if l.left -= len(part); l.left < 0 {
			return false
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return errors.Is(err, io.EOF)
		}
	}
}

func tooLarge() error {
	return kez.Errorf(kez.InputTooLarge, "the chain is larger than %d bytes", kez.MaxChain).
		WithHint("no reader takes a longer chain; rotate to a new primary")
}

func blank(text []byte) bool { return len(bytes.Trim(text, " \t\r\n")) == 0 }
