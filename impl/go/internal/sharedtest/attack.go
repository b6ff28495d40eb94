package sharedtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Attack is one hostile input with the only outcome that is right.
type Attack struct {
	ID   string
	Kind string
	// Expect is accept, accept:partial, reject:CODE[|CODE], normalise:ID,
	// parses or status:STATUS.
	Expect string
	Why    string
	Input  []byte
	Now    time.Time
	State  json.RawMessage
}

// attackRow is an attack as it stands in the file.
type attackRow struct {
	ID, Kind, Expect, Why string
	InputHex              string `json:"input_hex"`
	InputFile             string `json:"input_file"`
	InputSHA256           string `json:"input_sha256"`
	Now                   time.Time
	State                 json.RawMessage
}

// Attacks reads the attacks of the given kinds.
func Attacks(t testing.TB, kinds ...string) []Attack {
	t.Helper()
	dir := filepath.Join(Dir(t), "attacks")
	var attacks []Attack
	for _, row := range readLines[attackRow](t, filepath.Join(dir, "vectors.jsonl")) {
		if !slices.Contains(kinds, row.Kind) {
			continue
		}
		attacks = append(attacks, Attack{row.ID, row.Kind, row.Expect, row.Why, row.input(t, dir), row.Now, row.State})
	}
	count(t, "attacks "+strings.Join(kinds, "+"), len(attacks))
	return attacks
}

func (row attackRow) input(t testing.TB, dir string) []byte {
	t.Helper()
	if row.InputFile == "" {
		return Hex(t, row.InputHex)
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(row.InputFile)))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != row.InputSHA256 {
		t.Fatalf("%s: the file has another SHA-256 than its row says", row.ID)
	}
	return data
}

// Rejects gives the codes of which a reader must give one, and false where the
// attack is no refusal.
func (a Attack) Rejects() ([]string, bool) {
	codes, reject := strings.CutPrefix(a.Expect, "reject:")
	return strings.Split(codes, "|"), reject
}
