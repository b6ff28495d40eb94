package encoding

import (
	"encoding/binary"

	"kez.lat/kez/impl/go/kez"
)

// maxWindow is the largest window a frame may declare (KEZ-COMPACT-010).
const maxWindow = 8 << 20

// maxBlock is the largest block of the format; a smaller window lowers it.
const maxBlock = 128 << 10

const (
	frameMagic     = 0xfd2fb528
	skippableMagic = 0x184d2a50 // the last four bits are free
)

// frame is what the headers of one whole frame say.
type frame struct {
	declared uint64 // the content size, or unknownSize
	bound    uint64 // no content of these blocks is longer
}

// checkFrame walks the headers of the frame and of its blocks, from the first
// byte to the last, and reports the first fault (KEZ-COMPACT-007 to 017). What
// it accepts is one whole frame with nothing after it, whose declared sizes are
// within bounds, and may be given to a library.
func checkFrame(data []byte, limit uint64) (frame, error) {
	w := frameWalk{data: data}
	if err := w.magic(); err != nil {
		return w.frame, err
	}
	if err := w.header(limit); err != nil {
		return w.frame, err
	}
	for last := false; !last; {
		var err error
		if last, err = w.block(); err != nil {
			return w.frame, err
		}
	}
	if w.checksum {
		if _, err := w.take(4, "the content checksum"); err != nil {
			return w.frame, err
		}
	}
	return w.frame, w.end()
}

// frameWalk is the state of one walk.
type frameWalk struct {
	data     []byte
	pos      int
	single   bool // no window: the declared size stands in for it
	checksum bool
	maxBlock uint64
	frame    frame
}

// take gives the next n bytes; a frame that ends before them is truncated.
func (w *frameWalk) take(n int, what string) ([]byte, error) {
	if len(w.data)-w.pos < n {
		return nil, kez.Errorf(kez.CompactTruncated, "the zstd frame is cut off in %s, after %d bytes", what, len(w.data)).
			WithHint("the token looks truncated; copy it again whole")
	}
	field := w.data[w.pos : w.pos+n]
	w.pos += n
	return field, nil
}

func (w *frameWalk) magic() error {
	if len(w.data) < 4 {
		magic := binary.LittleEndian.AppendUint32(nil, frameMagic)
		if string(w.data) == string(magic[:len(w.data)]) {
			_, err := w.take(4, "its first four bytes")
			return err
		}
		return notZstd()
	}
	magic := binary.LittleEndian.Uint32(w.data)
	w.pos = 4
	switch {
	case magic == frameMagic:
		return nil
	case magic&^0xf == skippableMagic:
		return kez.Errorf(kez.CompactSkippableFrame, "the token starts with a skippable zstd frame").
			WithHint("a token is exactly one data frame")
	}
	return notZstd()
}

func notZstd() error {
	return kez.Errorf(kez.CompactNotZstd, "the token does not hold a zstd frame").
		WithHint("kez:z1: and kez:zc1: are base64url of zstd; gzip and bare JSON are other things")
}

// block walks over one block and says whether it was the last.
func (w *frameWalk) block() (last bool, err error) {
	field, err := w.take(3, "a block header")
	if err != nil {
		return false, err
	}
	header := uint32(field[0]) | uint32(field[1])<<8 | uint32(field[2])<<16
	size := header >> 3
	kind, most := header>>1&3, w.maxBlock
	if kind == 2 && w.single {
		// An empty text may be one compressed block of two bytes; whether the
		// content fits is for the library to see.
		most = maxBlock
	}
	switch {
	case kind == 3:
		return false, kez.Errorf(kez.CompactCorrupt, "the zstd frame holds a block of the reserved type at byte %d", w.pos-3)
	case uint64(size) > most:
		return false, kez.Errorf(kez.CompactCorrupt, "the zstd frame holds a block of %d bytes at byte %d, larger than its format allows", size, w.pos-3)
	case kind == 0:
		w.frame.bound += uint64(size)
	case kind == 1:
		w.frame.bound += uint64(size)
		size = 1 // one byte, repeated
	default:
		w.frame.bound += maxBlock
	}
	_, err = w.take(int(size), "a block")
	return header&1 != 0, err
}

func (w *frameWalk) end() error {
	rest := w.data[w.pos:]
	switch {
	case len(rest) == 0:
		return nil
	case len(rest) >= 4 && binary.LittleEndian.Uint32(rest) == frameMagic:
		return kez.Errorf(kez.CompactMultipleFrames, "the token holds more than one zstd frame").
			WithHint("a token is exactly one frame")
	}
	return kez.Errorf(kez.CompactTrailingData, "%d bytes follow the zstd frame", len(rest)).
		WithHint("a token is exactly one frame and nothing after it")
}

func tooLarge(limit uint64) error {
	return kez.Errorf(kez.CompactTooLarge, "the token decompresses to more than %d bytes", limit)
}
