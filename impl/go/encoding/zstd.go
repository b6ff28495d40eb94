package encoding

import (
	"errors"
	"sync"

	"github.com/klauspost/compress/zstd"

	"kez.lat/kez/impl/go/kez"
)

// The decoder and the encoder are made when first used: most commands need one
// of them at most, and many none.
var (
	decoder = sync.OnceValue(func() *zstd.Decoder { return newDecoder(kez.MaxChain) })
	encoder = sync.OnceValue(newEncoder)
)

// newDecoder makes a decoder for outputs of at most limit bytes. It is the
// capacity of the destination that bounds an output: the option for the
// largest output also caps the window, and would refuse a small text in a frame
// with the common window of 2 MiB. The window, for which the library takes the
// declared size of a single-segment frame too, was bounded by checkFrame.
func newDecoder(limit uint64) *zstd.Decoder {
	decoder, err := zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderMaxMemory(max(limit, maxWindow)),
		zstd.WithDecoderMaxWindow(max(limit, maxWindow)))
	if err != nil {
		panic("encoding: the options of the zstd decoder are constant: " + err.Error())
	}
	return decoder
}

// newEncoder compresses at level 3 without a checksum (KEZ-COMPACT-003).
func newEncoder() *zstd.Encoder {
	encoder, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithEncoderCRC(false),
		zstd.WithEncoderConcurrency(1),
		zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic("encoding: the options of the zstd encoder are constant: " + err.Error())
	}
	return encoder
}

// decompress decodes the bytes of a token: one frame of at most limit bytes of
// output, which the decoder must have been made for.
func decompress(data []byte, decoder func() *zstd.Decoder, limit uint64) ([]byte, error) {
	f, err := checkFrame(data, limit)
	if err != nil {
		return nil, err
	}
	// One byte more than is allowed tells a longer output from one that fits.
	room := min(f.bound, f.declared, limit) + 1
	out, err := decoder().DecodeAll(data, make([]byte, 0, room))
	past := errors.Is(err, zstd.ErrDecoderSizeExceeded) || uint64(len(out)) > limit
	switch {
	case past && f.declared == unknownSize && f.bound > limit:
		return nil, tooLarge(limit)
	case err == nil:
		return out, nil
	case errors.Is(err, zstd.ErrCRCMismatch):
		return nil, kez.Errorf(kez.CompactChecksum, "the content checksum of the zstd frame is wrong").
			WithHint("the token was changed on the way; copy it again")
	}
	return nil, kez.Errorf(kez.CompactCorrupt, "the zstd frame does not decode: %w", err).
		WithHint("the token was changed on the way; copy it again")
}
