package gen

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/klauspost/compress/zstd"
)

const zstdMagic = "\x28\xb5\x2f\xfd"

// packed is one zstd frame as a common library writes it.
func packed(data []byte, options ...zstd.EOption) []byte {
	options = append([]zstd.EOption{zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1)}, options...)
	e, err := zstd.NewWriter(nil, options...)
	if err != nil {
		panic(err)
	}
	return e.EncodeAll(data, nil)
}

// frame is one zstd frame put together by hand.
type frame struct {
	descriptor byte // with the flags of what follows
	window     []byte
	dictionary []byte
	size       []byte
	blocks     [][]byte
	tail       []byte // the checksum
}

func (f frame) bytes() []byte {
	b := append([]byte(zstdMagic), f.descriptor)
	for _, part := range append([][]byte{f.window, f.dictionary, f.size}, f.blocks...) {
		b = append(b, part...)
	}
	return append(b, f.tail...)
}

// Block types of RFC 8878.
const (
	blockRaw = iota
	blockRLE
	blockCompressed
	blockReserved
)

// block gives a header and its content. The size of an RLE block is that of
// its output.
func block(kind, size int, last bool, content []byte) []byte {
	header := uint32(size)<<3 | uint32(kind)<<1
	if last {
		header |= 1
	}
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], header)
	return append(b[:3:3], content...)
}

// stored is a single-segment frame of raw blocks, the plainest frame there is.
func stored(data []byte) frame {
	f := frame{descriptor: 1<<5 | 1<<6, size: make([]byte, 2)} // two size bytes hold 256 to 65,791
	switch n := len(data); {
	case n < 256:
		f.descriptor, f.size = 1<<5, []byte{byte(n)}
	case n < 256+1<<16:
		binary.LittleEndian.PutUint16(f.size, uint16(n-256))
	default:
		f.descriptor, f.size = 1<<5|2<<6, binary.LittleEndian.AppendUint32(nil, uint32(n))
	}
	for first := true; first || len(data) > 0; first = false {
		n := min(len(data), 1<<16)
		f.blocks = append(f.blocks, block(blockRaw, n, n == len(data), data[:n]))
		data = data[n:]
	}
	return f
}

// windowed is the same data in a frame with a window in place of a size.
func windowed(data []byte, window byte) frame {
	f := stored(data)
	f.descriptor, f.size, f.window = 0, nil, []byte{window}
	return f
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func z1(frame []byte) string  { return "kez:z1:" + base64url(frame) }
func zc1(frame []byte) string { return "kez:zc1:" + base64url(frame) }

// compactToken is a claim as a tool writes it.
func compactToken(e obj) string { return z1(packed([]byte(canonical(e)))) }
