package sigchain

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"kez.lat/kez/impl/go/kez"
)

// readAll reads a stream of lines in batches. Whatever fault stops a batch,
// the signatures of the lines before it are judged first.
func (v *Verifier) readAll(r io.Reader) error {
	lines := lineReader{r: bufio.NewReaderSize(r, 128<<10), left: kez.MaxChain}
	v.slots = make([]slot, batchLines)
	for {
		n, stop := 0, error(nil)
		for n < batchLines && stop == nil {
			s := &v.slots[n]
			stop = lines.next(s)
			if stop != nil {
				if !errors.Is(stop, io.EOF) {
					stop = atLine(stop, v.line+1)
				}
				break
			}
			v.line++
			stop = v.check(s, lines.limit)
			if stop != nil {
				v.line--
				break
			}
			n++
			if s.after != nil {
				break
			}
		}
		if err := v.settle(n); err != nil {
			return err
		}
		switch {
		case errors.Is(stop, io.EOF) && v.line == 0:
			return kez.Errorf(kez.InputEmpty, "the chain is empty")
		case errors.Is(stop, io.EOF):
			return nil
		case stop != nil:
			return v.takeFork(stop)
		}
	}
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
