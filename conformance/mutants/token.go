package mutants

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"strings"

	"github.com/klauspost/compress/zstd"

	"kez.lat/kez/impl/go/adapter"
)

const compactWord, shortWord = "kez:z1:", "kez:b1:"

func tokenMutants() []Mutant {
	return []Mutant{
		{"the prefix may be in upper case", "KEZ-ENC-005", rereads(verify, "text", lowersPrefix)},
		{"unknown words are read as compact", "KEZ-ENC-006", rereads(verify, "text", replacer(`^kez:z[a-z0-9]+:`, compactWord))},
		{"an empty token is no base64", "KEZ-ENC-008", alters(verify, emptyTokenIsBase64)},
		{"padding is taken", "KEZ-ENC-010", rereads(verify, "text", replacer(`=+$`, ""))},
		{"white space inside a token is taken", "KEZ-ENC-010", rereads(verify, "text", withoutSpace)},
		{"the other base64 alphabet is taken", "KEZ-ENC-013", rereads(verify, "text", otherAlphabet)},
		{"unused bits may be set", "KEZ-ENC-012", rereads(verify, "text", reencoded)},
		{"a compact token is longer than 128 KiB", "KEZ-ENC-004", skips(verify, "input.too_large", nil)},
		{"skippable frames are skipped", "KEZ-COMPACT-008", refuses2("compact.skippable_frame", "compact.not_zstd")},
		{"any window is allowed", "KEZ-COMPACT-010", unpacking("compact.window_too_large")},
		{"a dictionary id is ignored", "KEZ-COMPACT-012", skips(verify, "compact.dictionary", nil)},
		{"a cut frame is corrupt", "KEZ-COMPACT-015", refuses2("compact.truncated", "compact.corrupt")},
		{"further frames are appended", "KEZ-COMPACT-016", unpacking("compact.multiple_frames")},
		{"bytes after the frame are ignored", "KEZ-COMPACT-017", unpacking("compact.trailing_data")},
		{"neither the declared size nor the output is limited", "KEZ-COMPACT-019", skips(verify, "compact.too_large", nil)},
		{"the checksum is not checked", "KEZ-COMPACT-020", unpacking("compact.checksum")},
		{"canonical form is not written into a frame", "KEZ-COMPACT-002", alters("claim.encode", packsAsReceived)},
		{"a short token may end early", "KEZ-SHORT-001", skips(verify, "short.malformed", func(r adapter.Request) bool { return len(input(r, "text")) < 140 })},
		{"LEB128 need not be minimal", "KEZ-SHORT-003", rereads(verify, "text", minimalLEB)},
		{"years after 9999 are taken", "KEZ-SHORT-004", skips(verify, "short.malformed", after9999)},
		{"fractions are cut off for a short token", "KEZ-SHORT-009", skips("claim.encode", "short.not_encodable", nil)},
	}
}

func lowersPrefix(b []byte) []byte {
	return regexp.MustCompile(`(?i)^kez:[a-z0-9]+:`).ReplaceAllFunc(b, bytes.ToLower)
}

func emptyTokenIsBase64(r adapter.Request, right adapter.Answer) adapter.Answer {
	if has(right, "input.empty") && strings.HasSuffix(string(input(r, "text")), ":") {
		return refuses("compact.base64")
	}
	return right
}

// refuses2 gives one code for another.
func refuses2(code, instead string) adapter.Handler {
	return alters(verify, func(_ adapter.Request, right adapter.Answer) adapter.Answer {
		if has(right, code) {
			return refuses(instead)
		}
		return right
	})
}

func isToken(b []byte) bool {
	return bytes.HasPrefix(b, []byte(compactWord)) || bytes.HasPrefix(b, []byte(shortWord))
}

func withoutSpace(b []byte) []byte {
	if !isToken(b) {
		return b
	}
	return []byte(strings.Join(strings.Fields(string(b)), ""))
}

func otherAlphabet(b []byte) []byte {
	if !isToken(b) {
		return b
	}
	return []byte(strings.NewReplacer("+", "-", "/", "_").Replace(string(b)))
}

// body gives the bytes of a token, decoded without strictness.
func body(b []byte, word string) ([]byte, bool) {
	encoded, found := strings.CutPrefix(strings.TrimSpace(string(b)), word)
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	return decoded, found && err == nil
}

func token(word string, b []byte) []byte {
	return []byte(word + base64.RawURLEncoding.EncodeToString(b))
}

func reencoded(b []byte) []byte {
	for _, word := range []string{compactWord, shortWord} {
		if decoded, ok := body(b, word); ok {
			return token(word, decoded)
		}
	}
	return b
}

// unpacking reads what would be refused with a code with a library alone, which
// takes the first frame and whatever else it likes.
func unpacking(code string) adapter.Handler {
	return alters(verify, func(r adapter.Request, right adapter.Answer) adapter.Answer {
		frame, ok := body(input(r, "text"), compactWord)
		if !ok || !has(right, code) {
			return right
		}
		d, err := zstd.NewReader(bytes.NewReader(frame), zstd.IgnoreChecksum(true), zstd.WithDecoderMaxWindow(1<<31), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return right
		}
		defer d.Close()
		content := make([]byte, 64<<10)
		n, _ := d.Read(content) // what could be read counts
		if again := adapter.Handle(withRaw(with(r, "text", content[:n]), "as", []byte(`"claim"`))); again.Accept != nil {
			return again
		}
		return adapter.Answer{Accept: adapter.State{}}
	})
}

// packsAsReceived compresses the text of the envelope as it came.
func packsAsReceived(r adapter.Request, right adapter.Answer) adapter.Answer {
	if right.Accept == nil || string(r.Input["to"]) != `"compact"` {
		return right
	}
	w, err := zstd.NewWriter(nil)
	if err != nil {
		return right
	}
	defer w.Close()
	return adapter.Answer{Accept: adapter.State{"text": adapter.Encode(token(compactWord, w.EncodeAll(input(r, "json"), nil)))}}
}

// numbers is where the numbers of a short token start.
const numbers = 2 + 32 + 64

func after9999(r adapter.Request) bool {
	decoded, ok := body(input(r, "text"), shortWord)
	if !ok || len(decoded) < numbers {
		return false
	}
	created, n := binary.Uvarint(decoded[numbers:])
	return n > 0 && created > 253402300799
}

// minimalLEB writes the numbers of a short token anew.
func minimalLEB(b []byte) []byte {
	decoded, ok := body(b, shortWord)
	if !ok || len(decoded) < numbers {
		return b
	}
	out, rest := decoded[:numbers:numbers], decoded[numbers:]
	for range 2 {
		value, n := binary.Uvarint(rest)
		if n <= 0 {
			return b
		}
		out, rest = binary.AppendUvarint(out, value), rest[n:]
	}
	return token(shortWord, append(out, rest...))
}
