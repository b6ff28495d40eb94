package gen

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/klauspost/compress/zstd"
	"kez.lat/kez/spec"
)

// inFrame is the base claim as a writer puts it into a frame.
var inFrame = []byte(canonical(base))

// example gives a block of the specification without its final newline.
func example(name string) string {
	e, ok := spec.FindExample(name)
	if !ok {
		panic("gen: the specification has no example " + name)
	}
	return strings.TrimSuffix(e.Text, "\n")
}

func asToken(text string) input { return read("token", []byte(text)) }

func compactTopic(b *book) {
	t := b.topic("compact", "The token kez:z1: and the frame in it.")
	compactWriters(t)
	compactFrames(t)
	compactPrefixes(t)
	compactBase64(t)
	compactHeaders(t)
	compactBlocks(t)
	compactTails(t)
	compactInside(t)
	compactLimits(t)
}

// opens adds a token that holds the base claim.
func opens(t *topic, id, title, token string, o ...option) {
	t.ok(id, title, asToken(token), sound(base, "compact"), o...)
}

// refuses adds a token with a fault.
func refuses(t *topic, id, of, fault, token, code string, o ...option) {
	t.bad(id, fault, of, fault, asToken(token), code, o...)
}

func compactWriters(t *topic) {
	t.group("claim.verify", "COMPACT-004 COMPACT-001", "Every zstd library writes another frame; a reader takes all of them.")
	opens(t, "spec", "the token of the specification", example("claim-compact"), wire, tags("COMPACT-001 COMPACT-005 ENC-003"))
	opens(t, "level-fast", "the fastest level", z1(packed(inFrame, zstd.WithEncoderLevel(zstd.SpeedFastest))))
	opens(t, "level-best", "the best level", z1(packed(inFrame, zstd.WithEncoderLevel(zstd.SpeedBestCompression))))
	opens(t, "checksum", "a content checksum", z1(packed(inFrame, zstd.WithEncoderCRC(true))), tags("COMPACT-020"))
	opens(t, "pretty-inside", "the JSON form in the frame", z1(packed([]byte(pretty(base)))), wire, tags("COMPACT-005 COMPACT-002"))
	opens(t, "newline-inside", "a final newline in the frame", z1(packed(append(inFrame[:len(inFrame):len(inFrame)], '\n'))), tags("COMPACT-005"))
	opens(t, "white-space-around", "white space around the token", " \t"+compactToken(base)+"\r\n", tags("ENC-003"))
	nostr := claim(nora, "github:alice")
	t.ok("nostr", "a claim of a nostr key", asToken(compactToken(nostr)), sound(nostr, "compact"), wire)
}

func compactFrames(t *topic) {
	t.group("claim.verify", "COMPACT-001", "The format allows more than one library ever writes.")
	opens(t, "stored", "one raw block", z1(stored(inFrame).bytes()))
	two := stored(inFrame)
	two.blocks = [][]byte{block(blockRaw, 100, false, inFrame[:100]), block(blockRaw, len(inFrame)-100, true, inFrame[100:])}
	opens(t, "two-blocks", "two raw blocks", z1(two.bytes()))
	empty := stored(inFrame)
	empty.blocks = [][]byte{block(blockRaw, len(inFrame), false, inFrame), block(blockRaw, 0, true, nil)}
	opens(t, "empty-last-block", "an empty last block", z1(empty.bytes()))
	rle := windowed(inFrame, 0)
	rle.blocks = [][]byte{block(blockRaw, len(inFrame), false, inFrame), block(blockRLE, 100, true, []byte(" "))}
	opens(t, "rle-block", "a run of spaces in an RLE block", z1(rle.bytes()))
	opens(t, "window-1k", "a window of 1 KiB and no size", z1(windowed(inFrame, 0).bytes()))
	opens(t, "window-8m", "a window of 8 MiB", z1(windowed(inFrame, 13<<3).bytes()), tags("COMPACT-010"))
	opens(t, "size-8-bytes", "a size of eight bytes", z1(sized(inFrame, uint64(len(inFrame))).bytes()))
	dict := stored(inFrame)
	dict.descriptor, dict.dictionary = dict.descriptor|1, []byte{0}
	opens(t, "dictionary-0", "dictionary id 0, which is none", z1(dict.bytes()), tags("COMPACT-012"))
	unused := stored(inFrame)
	unused.descriptor |= 1 << 4
	opens(t, "unused-bit", "the unused bit of the descriptor, which readers ignore", z1(unused.bytes()), tags("COMPACT-014"))
}

// sized is a single-segment frame that declares a size in eight bytes.
func sized(data []byte, size uint64) frame {
	f := stored(data)
	f.descriptor, f.size = 1<<5|3<<6, binary.LittleEndian.AppendUint64(nil, size)
	return f
}

func compactPrefixes(t *topic) {
	t.group("claim.verify", "ENC-005", "A token that is cut or mangled at its start is told apart from one that is merely new.")
	body := base64url(stored(inFrame).bytes())
	for _, f := range []struct{ id, fault, token string }{
		{"prefix-upper", "KEZ in upper case", "KEZ:z1:" + body},
		{"word-upper", "the word in upper case", "kez:Z1:" + body},
		{"prefix-absent", "no kez: before the word", "z1:" + body},
		{"prefix-other", "another word before the colon", "key:z1:" + body},
		{"word-empty", "an empty word", "kez::" + body},
		{"colon-absent", "no colon after the word", "kez:z1" + body},
		{"colon-escaped", "a backslash before the colon", `kez\:z1:` + body},
		{"word-hyphen", "a hyphen in the word", "kez:z-1:" + body},
		{"quoted", "quotes around the token", `"kez:z1:` + body + `"`},
	} {
		refuses(t, f.id, "stored", f.fault, f.token, "compact.prefix")
	}
	t.group("claim.verify", "ENC-006", "A reader that does not know an encoding must not call it damaged.")
	for _, word := range []string{"zd1", "z2", "b2", "z", "1", "zc2"} {
		refuses(t, "word-"+word, "stored", "the word "+word, "kez:"+word+":"+body, "compact.prefix_unknown")
	}
}

func compactBase64(t *topic) {
	frame := stored(inFrame).bytes()
	if len(frame)%3 != 1 { // two digits remain, with four unused bits
		frame = stored(append(inFrame[:len(inFrame):len(inFrame)], "  "[:(4-len(frame)%3)%3]...)).bytes()
	}
	body := base64url(frame)
	t.group("claim.verify", "ENC-010 ENC-013 ENC-009", "Every loose reading of base64 gives one proof many spellings.")
	opens(t, "base64", "a body whose last digit has unused bits", "kez:z1:"+body, tags("ENC-009 ENC-012"))
	code := "compact.base64"
	refuses(t, "base64-padding", "base64", "padding", "kez:z1:"+body+"==", code)
	refuses(t, "base64-plus", "base64", "+ for a digit", "kez:z1:"+body[:40]+"+"+body[41:], code)
	refuses(t, "base64-slash", "base64", "/ for a digit", "kez:z1:"+body[:40]+"/"+body[41:], code)
	refuses(t, "base64-newline", "base64", "a line break inside", "kez:z1:"+body[:76]+"\n"+body[76:], code)
	refuses(t, "base64-space", "base64", "a space inside", "kez:z1:"+body[:76]+" "+body[76:], code)
	refuses(t, "base64-space-first", "base64", "a space after the prefix", "kez:z1: "+body, code)
	refuses(t, "base64-dot", "base64", "a full stop at the end", "kez:z1:"+body+".", code)
	refuses(t, "base64-two-tokens", "base64", "the token twice, with a space between", "kez:z1:"+body+" kez:z1:"+body, code)
	refuses(t, "base64-zero-width", "base64", "a zero-width space inside", "kez:z1:"+body[:76]+"\u200b"+body[76:], code)
	refuses(t, "base64-length", "base64", "a lone digit at the end", "kez:z1:"+body[:len(body)-1], code, tags("ENC-011 ENC-013"))
	last := strings.IndexByte(urlDigits, body[len(body)-1])
	refuses(t, "base64-bits", "base64", "an unused bit that is not zero", "kez:z1:"+body[:len(body)-1]+urlDigits[last+1:last+2], code, tags("ENC-012 ENC-013"))
	refuses(t, "empty-body", "base64", "an empty body", "kez:z1:", "input.empty", tags("ENC-008"))
	refuses(t, "empty-text", "base64", "no text at all", "", "input.empty", tags("ENC-008 ENC-003"), why("There is nothing to call damaged."))
}

const urlDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func compactInside(t *topic) {
	t.group("claim.verify", "COMPACT-005", "The frame hides its JSON from the eye, so nothing may be looser inside.")
	inside := func(text string) string { return z1(stored([]byte(text)).bytes()) }
	whole := string(inFrame)
	for _, f := range []struct{ id, fault, text, code, tags string }{
		{"inside-empty", "a frame of nothing", "", "input.empty", "COMPACT-006"},
		{"inside-white-space", "a frame of white space", " \n", "input.empty", "COMPACT-006"},
		{"inside-bom", "a byte order mark in the frame", "\ufeff" + whole, "json.bom", "COMPACT-005 JSON-005"},
		{"inside-two", "the envelope twice in the frame", whole + whole, "json.trailing_data", "COMPACT-005 JSON-011"},
		{"inside-cut", "the last brace absent in the frame", whole[:len(whole)-1], "json.syntax", "COMPACT-005 JSON-008"},
		{"inside-nul", "a zero byte after the envelope", whole + "\x00", "json.trailing_data", "COMPACT-005 JSON-011"},
		{"inside-array", "an array in the frame", "[" + whole + "]", "envelope.not_object", "COMPACT-005 ENV-006"},
		{"inside-event", "a chain event in the frame", canonical(newChain(alice).add("github:alice").events[0]), "envelope.type_mismatch", "COMPACT-005 ENV-007"},
		{"inside-forged", "a changed subject in the frame", strings.Replace(whole, "github:alice", "github:alicf", 1), "signature.invalid", "COMPACT-005 SIG-013"},
		{"inside-token", "a token in the frame", compactToken(base), "json.syntax", "COMPACT-005 COMPACT-001"},
	} {
		refuses(t, f.id, "stored", f.fault, inside(f.text), f.code, tags(f.tags))
	}
	refuses(t, "bundle-word", "stored", "a claim's frame under the word zc1", zc1(stored(inFrame).bytes()), "envelope.type_mismatch", tags("ENC-018"))
}

func compactLimits(t *topic) {
	t.group("claim.verify", "COMPACT-019", "A few bytes can ask for gigabytes.")
	bomb := func(size int) string {
		f := windowed(inFrame, 7<<3)
		f.blocks = [][]byte{block(blockRaw, len(inFrame), false, inFrame), block(blockRLE, size-len(inFrame), true, []byte(" "))}
		return z1(f.bytes())
	}
	opens(t, "output-64k", "an output of exactly 64 KiB", bomb(64<<10), tags("COMPACT-019 JSON-029 ENV-011"))
	refuses(t, "output-64k-1", "output-64k", "one byte more", bomb(64<<10+1), "compact.too_large")
	many := func(blocks int) string {
		f := windowed(inFrame, 13<<3)
		f.blocks = [][]byte{block(blockRaw, len(inFrame), false, inFrame)}
		for i := range blocks {
			f.blocks = append(f.blocks, block(blockRLE, 1<<17, i == blocks-1, []byte(" ")))
		}
		return z1(f.bytes())
	}
	refuses(t, "output-64m", "window-8m", "512 runs of 128 KiB after the claim", many(512), "compact.too_large")
	t.group("claim.verify", "ENC-004 JSON-030", "A token is held in memory before it is known to be one.")
	text := func(chars int) string {
		n := base64.RawURLEncoding.DecodedLen(chars - len("kez:z1:"))
		rest := n - 6 // magic, descriptor and window
		data := padded(string(inFrame), len(inFrame)+(rest-3-len(inFrame))%3)
		f := windowed(data, 13<<3)
		f.blocks = [][]byte{block(blockRaw, len(data), false, data)}
		for k := (rest - 3 - len(data)) / 3; k > 0; k-- {
			f.blocks = append(f.blocks, block(blockRaw, 0, k == 1, nil))
		}
		return z1(f.bytes())
	}
	opens(t, "text-128k", "the longest token below 128 KiB", text(128<<10-1), tags("ENC-004 JSON-029"))
	refuses(t, "text-128k-1", "text-128k", "two digits more, one over 128 KiB", text(128<<10+1), "input.too_large")
}
