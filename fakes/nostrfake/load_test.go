package nostrfake

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/btcsuite/btcd/btcutil/bech32"
)

func files(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func signed(rest string) string { return `{"secret": "` + alice + `", ` + rest + `}` }

func TestLoad(t *testing.T) {
	r := start(t)
	note(t, r, alice, 1, nil, "from before", 100)
	full, err := Sign(mallory, 1, nil, "full", 1000)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := hex.DecodeString(alice)
	if err != nil {
		t.Fatal(err)
	}
	nsec, err := bech32.EncodeFromBase256("nsec", secret)
	if err != nil {
		t.Fatal(err)
	}
	err = r.Load(files(map[string]string{
		"a.json":      signed(`"kind": 30078, "tags": [["d", "kez"]], "content_file": "claim.json"`),
		"claim.json":  `{"kez": "claim"}`,
		"full.json":   string(full),
		"nsec.json":   `{"secret": "` + nsec + `", "kind": 1, "content": "by nsec", "created_at": 900}`,
		"bad.json":    `{"unchecked": {"id": "00", "pubkey": "00", "created_at": 800, "kind": 1, "content": "bad"}}`,
		"spoilt.json": signed(`"kind": 1, "content": "spoilt", "created_at": 700, "corrupt": "sig"`),
		"many.json":   signed(`"kind": 1, "content": "many", "created_at": 600, "repeat": 3`),
		"faults.json": `{"keep_deleted": true}`,
		"z.json":      signed(`"kind": 5, "tags": [["e", "@nsec.json"]], "content": "deletion", "created_at": 500`),
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"kez": "claim"}; full; by nsec; bad (unsound); spoilt (unsound); many; many; many; deletion; EOSE`
	if got := ask(t, r, "{}"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := r.SetFaults(Faults{}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, r, "{}"); strings.Contains(got, "by nsec") {
		t.Errorf("the deletion names another event: %s", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	r := start(t)
	note(t, r, alice, 1, nil, "stays", 100)
	for want, texts := range map[string]map[string]string{
		"notes.txt is no file":    {"notes.txt": ""},
		"unknown field":           {"a.json": signed(`"kidn": 1`)},
		"neither a signed":        {"a.json": `{"kind": 1}`},
		"exclude each other":      {"a.json": signed(`"kind": 1, "content": "x", "content_file": "a.txt"`), "a.txt": ""},
		"refers to itself":        {"a.json": signed(`"kind": 1, "tags": [["e", "@a.json"]]`)},
		"the id is not the hash":  {"a.json": `{"id": "00", "sig": "00"}`},
		"cannot corrupt":          {"faults.json": `{"corrupt": "x"}`},
		"no secp256k1 key":        {"a.json": `{"secret": "` + strings.Repeat("0", 64) + `", "kind": 1}`},
		"neither 64 hex digits":   {"a.json": `{"secret": "12", "kind": 1}`},
		"faults.json: json":       {"faults.json": `{"nope": 1}`},
		"missing.txt":             {"a.json": signed(`"kind": 1, "content_file": "missing.txt"`)},
		"extra event 1: neither ": {"faults.json": `{"extra": [{"kind": 1}]}`},
	} {
		if err := r.Load(files(texts)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", texts, err, want)
		}
	}
	if got := ask(t, r, "{}"); got != "stays; EOSE" {
		t.Errorf("a folder that was refused changed the relay: %s", got)
	}
}

func TestIDNeedsItsOwnEscapes(t *testing.T) {
	ev := Event{PubKey: "ab", CreatedAt: 1, Kind: 1, Tags: [][]string{{"t", "<&>\u2028"}, {}}, Content: "q\" b\\ \n\r\t\b\f \x01 é 😀"}
	// From another program: json.dumps without ensure_ascii in Python.
	const want = "b1dba91053ea5e5ceb958d9cad0a3218f1bdbadb4c1b472554d48e81f60b9082"
	if got := ev.hash(); hex.EncodeToString(got[:]) != want {
		t.Errorf("id %x, want %s", got, want)
	}
}

// TestCorpusBIP340 checks the signer that makes worlds against the official
// vectors.
func TestCorpusBIP340(t *testing.T) {
	dir := os.Getenv("KEZ_SHARED")
	if dir == "" {
		t.Skip("KEZ_SHARED is not set: it names the folder with corpora/ that this test reads")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir)
	}
	file, err := os.Open(filepath.Join(dir, "corpora", "bip340", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
		var c struct {
			ID string            `json:"id"`
			Op string            `json:"op"`
			In map[string]string `json:"in"`
			Ex struct {
				OK  bool   `json:"ok"`
				Sig string `json:"sig"`
			} `json:"expect"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		in := map[string][]byte{}
		for name, text := range c.In {
			if in[name], err = hex.DecodeString(text); err != nil {
				t.Fatal(err)
			}
		}
		switch c.Op {
		case "bip340.verify":
			if got := schnorrVerify(in["pub"], in["msg"], in["sig"]); got != c.Ex.OK {
				t.Errorf("%s: %v", c.ID, got)
			}
		case "bip340.sign":
			got, err := schnorrSignAux(in["sk"], in["msg"], [32]byte(in["aux"]))
			if err != nil || hex.EncodeToString(got) != c.Ex.Sig {
				t.Errorf("%s: %x %v", c.ID, got, err)
			}
		}
	}
	t.Logf("corpus bip340: %d cases", count)
}
