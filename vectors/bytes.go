package vectors

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Bytes is a byte string in one of four spellings. Text that is itself JSON is
// never a JSON value in a case: its bytes are what is tested.
type Bytes struct {
	UTF8 *string `json:"utf8,omitempty"`
	Hex  *string `json:"hex,omitempty"`
	B64  *string `json:"b64,omitempty"`  // base64 with padding, RFC 4648 section 4
	File *string `json:"file,omitempty"` // below this folder, compressed with gzip
}

// ParseBytes reads the JSON of a member that holds bytes.
func ParseBytes(data json.RawMessage) (Bytes, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var b Bytes
	if err := d.Decode(&b); err != nil {
		return b, fmt.Errorf("vectors: bytes: %w", err)
	}
	return b, nil
}

// Decode gives the bytes.
func (b Bytes) Decode() ([]byte, error) { return b.DecodeFrom(files) }

// DecodeFrom gives the bytes, reading files from another copy of the folder.
func (b Bytes) DecodeFrom(folder fs.FS) ([]byte, error) {
	switch {
	case b.UTF8 != nil:
		return []byte(*b.UTF8), nil
	case b.Hex != nil:
		return hex.DecodeString(*b.Hex)
	case b.B64 != nil:
		return base64.StdEncoding.Strict().DecodeString(*b.B64)
	case b.File != nil:
		packed, err := fs.ReadFile(folder, *b.File)
		if err != nil {
			return nil, err
		}
		return Unpack(packed)
	}
	return nil, errors.New("vectors: bytes without a spelling")
}

// Unpack decompresses a file of the blobs folder.
func Unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Bytes decodes a member of the input that holds bytes.
func (c Case) Bytes(member string) ([]byte, error) {
	raw, ok := c.Input[member]
	if !ok {
		return nil, fmt.Errorf("vectors: %s has no input %q", c.ID, member)
	}
	b, err := ParseBytes(raw)
	if err != nil {
		return nil, err
	}
	return b.Decode()
}

// Text gives a member of the input that holds a string, and "" without it.
func (c Case) Text(member string) string {
	var s string
	if json.Unmarshal(c.Input[member], &s) != nil {
		return ""
	}
	return s
}
