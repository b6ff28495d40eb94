package encoding

import (
	"encoding/binary"
	"math"

	"kez.lat/kez/impl/go/kez"
)

// header reads the fields in the order of their bytes: descriptor, window,
// dictionary, content size. A field that is cut off is truncated, whatever its
// first bytes say.
func (w *frameWalk) header(limit uint64) error {
	field, err := w.take(1, "its header")
	if err != nil {
		return err
	}
	descriptor := field[0]
	if descriptor&0x08 != 0 {
		return kez.Errorf(kez.CompactCorrupt, "the zstd frame sets a reserved bit in its header")
	}
	w.checksum = descriptor&0x04 != 0
	w.single = descriptor&0x20 != 0
	w.maxBlock = maxBlock
	if !w.single {
		window, err := w.window()
		if err != nil {
			return err
		}
		w.maxBlock = min(maxBlock, window)
	}
	if err := w.dictionary(descriptor & 0x03); err != nil {
		return err
	}
	size, err := w.contentSize(descriptor >> 6)
	if err != nil {
		return err
	}
	if size > limit && size != unknownSize {
		return tooLarge(limit)
	}
	w.frame.declared = size
	if w.single { // KEZ-COMPACT-011
		w.maxBlock = min(maxBlock, size)
	}
	return nil
}

func (w *frameWalk) window() (uint64, error) {
	field, err := w.take(1, "its window descriptor")
	if err != nil {
		return 0, err
	}
	base := uint64(1) << (10 + field[0]>>3)
	size := base + base/8*uint64(field[0]&7)
	if size > maxWindow {
		return 0, kez.Errorf(kez.CompactWindowTooLarge, "the zstd frame wants a window of %d bytes, and at most %d are allowed", size, maxWindow).
			WithHint("compress it again at level 3")
	}
	return size, nil
}

func (w *frameWalk) dictionary(flag byte) error {
	field, err := w.take([...]int{0, 1, 2, 4}[flag], "its dictionary id")
	if err != nil {
		return err
	}
	for _, b := range field {
		if b != 0 {
			return kez.Errorf(kez.CompactDictionary, "the zstd frame wants a dictionary").
				WithHint("compress it again without a dictionary")
		}
	}
	return nil
}

// unknownSize is the content size of a frame that does not declare one.
const unknownSize = math.MaxUint64

func (w *frameWalk) contentSize(flag byte) (uint64, error) {
	if flag == 0 && !w.single {
		return unknownSize, nil
	}
	field, err := w.take(1<<flag, "its content size")
	if err != nil {
		return 0, err
	}
	var bytes [8]byte
	copy(bytes[:], field)
	size := binary.LittleEndian.Uint64(bytes[:])
	if flag == 1 {
		size += 256
	}
	// 2^64-1 is a legal declaration, and never within a limit.
	return min(size, unknownSize-1), nil
}
