package gen

import (
	"bytes"
	"compress/gzip"

	"github.com/klauspost/compress/zstd"
)

func compactHeaders(t *topic) {
	t.group("claim.verify", "COMPACT-009", "The headers are judged before a library allocates what they ask for.")
	whole := stored(inFrame).bytes()
	refuses(t, "magic-1", "stored", "the first byte of the magic number and no more", z1(whole[:1]), "compact.truncated", tags("COMPACT-007"))
	refuses(t, "magic-3", "stored", "three bytes of the magic number and no more", z1(whole[:3]), "compact.truncated", tags("COMPACT-007"))
	refuses(t, "magic-wrong", "stored", "one bit of the magic number changed", z1(append([]byte{0x29}, whole[1:]...)), "compact.not_zstd")
	refuses(t, "magic-short-wrong", "stored", "three bytes that do not start the magic number", z1([]byte{0x28, 0xb5, 0x2e}), "compact.not_zstd", tags("COMPACT-009 COMPACT-007"))
	refuses(t, "plain-json", "stored", "the JSON without a frame", z1(inFrame), "compact.not_zstd")
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(inFrame)
	w.Close()
	refuses(t, "gzip", "stored", "gzip in place of zstd", z1(append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0}, zipped.Bytes()[8:]...)), "compact.not_zstd")
	skippable := "\x50\x2a\x4d\x18\x04\x00\x00\x00skip"
	refuses(t, "skippable-first", "stored", "a skippable frame before the frame", z1(append([]byte(skippable), whole...)), "compact.skippable_frame", tags("COMPACT-008"))
	refuses(t, "skippable-5f", "stored", "a skippable frame of another number before the frame", z1(append([]byte("\x5f"+skippable[1:]), whole...)), "compact.skippable_frame", tags("COMPACT-008"))
	for _, f := range []struct {
		id, fault string
		window    byte
	}{
		{"window-9m", "a window of 9 MiB, the next one that can be written", 13<<3 | 1},
		{"window-2g", "a window of 2 GiB", 21 << 3},
		{"window-max", "the largest window that can be written", 0xff},
	} {
		refuses(t, f.id, "window-8m", f.fault, z1(windowed(inFrame, f.window).bytes()), "compact.window_too_large", tags("COMPACT-010"))
	}
	for _, f := range []struct {
		id, fault string
		flag      byte
		number    []byte
	}{
		{"dictionary-1", "a dictionary id of one byte", 1, []byte{7}},
		{"dictionary-2", "a dictionary id of two bytes", 2, []byte{0, 1}},
		{"dictionary-4", "a dictionary id of four bytes", 3, []byte{0, 0, 0, 1}},
	} {
		d := stored(inFrame)
		d.descriptor, d.dictionary = d.descriptor|f.flag, f.number
		refuses(t, f.id, "dictionary-0", f.fault, z1(d.bytes()), "compact.dictionary", tags("COMPACT-012"))
	}
	reserved := stored(inFrame)
	reserved.descriptor |= 1 << 3
	refuses(t, "reserved-bit", "stored", "the reserved bit of the descriptor set", z1(reserved.bytes()), "compact.corrupt", tags("COMPACT-014"))
	refuses(t, "size-64k-1", "size-8-bytes", "a declared size of 64 KiB and one byte", z1(sized(inFrame, 64<<10+1).bytes()), "compact.too_large", tags("COMPACT-013 COMPACT-011"))
	refuses(t, "size-max", "size-8-bytes", "a declared size of 2^63-1", z1(sized(inFrame, 1<<63-1).bytes()), "compact.too_large", tags("COMPACT-013 COMPACT-011"))
	refuses(t, "size-all-bits", "size-8-bytes", "a declared size of 2^64-1, which is negative where the sign is taken", z1(sized(inFrame, 1<<64-1).bytes()), "compact.too_large", tags("COMPACT-013 COMPACT-011"))
	both := windowed(inFrame, 0xff)
	both.descriptor, both.dictionary = 1, []byte{7}
	refuses(t, "window-and-dictionary", "window-8m", "a window that is too large, and a dictionary after it", z1(both.bytes()), "compact.window_too_large",
		tags("COMPACT-010 ERR-008"), combines("compact-window-max", "compact-dictionary-1"))
}

func compactBlocks(t *topic) {
	t.group("claim.verify", "COMPACT-014", "What the walk of the headers does not refuse, libraries judge in different ways.")
	kind := stored(inFrame)
	kind.blocks = [][]byte{block(blockReserved, len(inFrame), true, inFrame)}
	refuses(t, "reserved-block", "stored", "the reserved block type", z1(kind.bytes()), "compact.corrupt")
	wide := padded(string(inFrame), 2000)
	narrow := windowed(wide, 0)
	narrow.blocks = [][]byte{block(blockRaw, 1024, false, wide[:1024]), block(blockRaw, 976, true, wide[1024:])}
	opens(t, "block-fits", "a block that fills the window of 1 KiB", z1(narrow.bytes()))
	narrow.blocks = [][]byte{block(blockRaw, 1025, false, wide[:1025]), block(blockRaw, 975, true, wide[1025:])}
	refuses(t, "block-too-large", "block-fits", "one byte of the second block moved to the first", z1(narrow.bytes()), "compact.corrupt")
	t.group("claim.verify", "COMPACT-015", "A cut token is the most common damage, and the owner can mend it.")
	whole := stored(inFrame).bytes()
	refuses(t, "cut-descriptor", "stored", "cut after the magic number", z1(whole[:4]), "compact.truncated")
	refuses(t, "cut-size", "stored", "cut inside the size", z1(whole[:6]), "compact.truncated")
	refuses(t, "cut-block-header", "stored", "cut inside the block's header", z1(whole[:9]), "compact.truncated")
	refuses(t, "cut-block", "stored", "cut inside the block", z1(whole[:200]), "compact.truncated")
	refuses(t, "cut-last-byte", "stored", "the last byte cut off", z1(whole[:len(whole)-1]), "compact.truncated")
	compressed := packed(inFrame)
	refuses(t, "cut-compressed", "level-fast", "a compressed frame cut in half", z1(compressed[:len(compressed)/2]), "compact.truncated")
	open := stored(inFrame)
	open.blocks = [][]byte{block(blockRaw, len(inFrame), false, inFrame)}
	refuses(t, "no-last-block", "stored", "a block that says that another follows", z1(open.bytes()), "compact.truncated")
	summed := packed(inFrame, zstd.WithEncoderCRC(true))
	refuses(t, "cut-checksum", "checksum", "one byte of the checksum cut off", z1(summed[:len(summed)-1]), "compact.truncated")
	wrong := bytes.Clone(summed)
	wrong[len(wrong)-1] ^= 1
	refuses(t, "wrong-checksum", "checksum", "one bit of the checksum changed", z1(wrong), "compact.checksum", tags("COMPACT-020"))
	t.group("claim.verify", "COMPACT-021", "A frame that breaks its own promises is not read as far as it goes.")
	refuses(t, "size-short", "size-8-bytes", "a declared size one less than the output", z1(sized(inFrame, uint64(len(inFrame)-1)).bytes()), "compact.corrupt")
	refuses(t, "size-long", "size-8-bytes", "a declared size one more than the output", z1(sized(inFrame, uint64(len(inFrame)+1)).bytes()), "compact.corrupt")
	junk := stored(inFrame)
	junk.blocks = [][]byte{block(blockCompressed, len(inFrame), true, bytes.Repeat([]byte{0xff}, len(inFrame)))}
	refuses(t, "junk-block", "stored", "a compressed block of nothing but FF", z1(junk.bytes()), "compact.corrupt")
}

func compactTails(t *topic) {
	t.group("claim.verify", "COMPACT-017", "What follows the frame is in no signature.")
	whole := stored(inFrame).bytes()
	tail := func(b string) string { return z1(append(bytes.Clone(whole), b...)) }
	refuses(t, "tail-byte", "stored", "one byte after the frame", tail("x"), "compact.trailing_data")
	refuses(t, "tail-zero", "stored", "a zero byte after the frame", tail("\x00"), "compact.trailing_data")
	refuses(t, "tail-skippable", "stored", "a skippable frame after the frame", tail("\x50\x2a\x4d\x18\x04\x00\x00\x00skip"), "compact.trailing_data")
	refuses(t, "tail-magic-cut", "stored", "three bytes of the magic number after the frame", tail(zstdMagic[:3]), "compact.trailing_data", tags("COMPACT-017 COMPACT-016"))
	refuses(t, "second-frame", "stored", "the frame twice", tail(string(whole)), "compact.multiple_frames", tags("COMPACT-016"))
	refuses(t, "second-frame-empty", "stored", "an empty frame after the frame", tail(string(stored(nil).bytes())), "compact.multiple_frames", tags("COMPACT-016"))
	refuses(t, "second-magic", "stored", "the magic number alone after the frame", tail(zstdMagic), "compact.multiple_frames", tags("COMPACT-016"))
}
