package httpfake

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"sync"
)

// piece is what endless and packed bodies consist of: white space, which every
// reader of text has to take.
var piece = bytes.Repeat([]byte(" "), 1<<20)

// writeEndless writes until the client or the fake ends.
func writeEndless(w http.ResponseWriter, r *http.Request, start []byte) {
	_, err := w.Write(start)
	for err == nil && r.Context().Err() == nil && r.Method != http.MethodHead {
		_, err = w.Write(piece[:32<<10])
	}
}

// packed gives a deflate stream of one piece, and of a piece that follows one.
// The second refers to nothing but spaces before it, so it can be repeated.
var packed = sync.OnceValues(func() (first, next []byte) {
	var out bytes.Buffer
	packer, _ := flate.NewWriter(&out, flate.BestCompression)
	for range 2 {
		_, _ = packer.Write(piece)
		_ = packer.Flush()
		first, next = next, bytes.Clone(out.Bytes())
		out.Reset()
	}
	return first, next
})

// writeBomb writes one gzip member (RFC 1952) of as many spaces, holding no more
// than a piece of it in memory. One member, as not every reader takes several.
func writeBomb(w http.ResponseWriter, r *http.Request, unpacked int64) {
	header := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255}
	if _, err := w.Write(header); err != nil || r.Method == http.MethodHead {
		return
	}
	pieces := max(1, (unpacked+int64(len(piece))-1)/int64(len(piece)))
	block, next := packed()
	var sum uint32
	for range pieces {
		if _, err := w.Write(block); err != nil || r.Context().Err() != nil {
			return
		}
		sum = crc32.Update(sum, crc32.IEEETable, piece)
		block = next
	}
	end := []byte{1, 0, 0, 0xff, 0xff} // an empty stored block, the last one
	end = binary.LittleEndian.AppendUint32(end, sum)
	end = binary.LittleEndian.AppendUint32(end, uint32(pieces*int64(len(piece))))
	_, _ = w.Write(end)
}
