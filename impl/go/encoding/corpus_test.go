package encoding

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/yuin/goldmark/util"

	"kez.lat/kez/impl/go/internal/sharedtest"
	"kez.lat/kez/impl/go/kez"
)

// The reference HTML names a code block by the first word of its info string,
// with escapes and entities resolved; fences keep the words as written, so the
// test resolves them. Blocks that the reference has and fences has not are
// indented ones, which carry no info string: they are skipped in order.
func TestCommonMarkFences(t *testing.T) {
	for _, c := range sharedtest.Corpus(t, "commonmark-fences") {
		var in struct{ Markdown string }
		var want struct{ Blocks []struct{ Info, Text string } }
		c.Input(t, &in)
		c.Want(t, &want)
		source := []byte(in.Markdown)
		list, whole := fences(source)
		if !whole {
			t.Errorf("%s: not read to the end", c.ID)
		}
		skipped := 0
		for _, block := range want.Blocks {
			if len(list) > 0 && resolved(list[0].word()) == block.Info && string(list[0].body) == block.Text {
				list = list[1:]
				continue
			}
			skipped++
			if block.Info != "" {
				t.Errorf("%s: the block %q %q was not found", c.ID, block.Info, block.Text)
			}
		}
		for _, f := range list {
			t.Errorf("%s: %q is no block: info %q, body %q", c.ID, in.Markdown, f.info, f.body)
		}
		if indented := strings.Contains(in.Markdown, "    ") || strings.Contains(in.Markdown, "\t"); skipped > 0 && !indented {
			t.Errorf("%s: %d blocks of %q were not found, and none is indented", c.ID, skipped, in.Markdown)
		}
	}
}

func resolved(word string) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations([]byte(word)))))
}

// A fence is closed where its closing line was written, which the tree of the
// library does not say. These are all unclosed ones of the corpus.
func TestCommonMarkUnclosed(t *testing.T) {
	var unclosed []string
	for _, c := range sharedtest.Corpus(t, "commonmark-fences") {
		var in struct{ Markdown string }
		c.Input(t, &in)
		list, _ := fences([]byte(in.Markdown))
		for _, f := range list {
			if !f.closed {
				unclosed = append(unclosed, strings.TrimPrefix(c.ID, "commonmark-fences/"))
			}
		}
	}
	if got := strings.Join(unclosed, " "); got != "ex126 ex137 ex237 ex237" {
		t.Error(got)
	}
}

// zstdCase is a row of the two zstd corpora.
type zstdCase struct {
	Reject any // true, false, or a text where decoders differ
	SHA256 string
	CLI    int    `json:"zstd_cli_rc"` // not 0: the reference tool gave no output to compare
	KEZ    string // our own verdict where it is another: one frame and no more
	Must   string // the verdict is free
}

// The library reads an offset of 0, which the format forbids, as 1. So did the
// reference decoder for years; the current one refuses.
var zeroOffset = map[string]bool{"zstd-facebook/off0.bin.zst": true}

func TestZstdCorpora(t *testing.T) {
	const limit = kez.MaxChain
	for _, name := range []string{"zstd-facebook", "zstd-klauspost"} {
		accepted, refused := 0, map[kez.Code]int{}
		for _, c := range sharedtest.Corpus(t, name) {
			var want zstdCase
			c.Want(t, &want)
			out, err := decompress(c.Blob(t, "frame_hex"), decoder, limit)
			code := kez.CodeOf(err)
			if err == nil {
				accepted++
			} else {
				refused[code]++
			}
			free := want.Must != "" || zeroOffset[c.ID]
			rejected, decided := want.Reject.(bool)
			switch {
			case err != nil && !strings.HasPrefix(string(code), "compact."):
				t.Errorf("%s: %v has no code of its own", c.ID, err)
			case want.KEZ != "":
				if code != kez.CompactMultipleFrames && code != kez.CompactSkippableFrame && code != kez.CompactTrailingData {
					t.Errorf("%s: %v, but it is not one frame", c.ID, err)
				}
			case free || !decided:
			case rejected != (err != nil):
				t.Errorf("%s: %v, reject %v", c.ID, err, rejected)
			case err == nil && want.CLI == 0 && sha256Hex(out) != want.SHA256:
				t.Errorf("%s: decoded to other bytes", c.ID)
			}
		}
		t.Logf("%s: %d accepted, refused %v", name, accepted, refused)
	}
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
