package dnsfake

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/miekg/dns"
)

func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestLoad(t *testing.T) {
	s := start(t, map[string]string{"old.test": "_kez TXT old"})
	err := s.Load(folder(map[string]string{
		"a.test.zone":  `_kez.a.test. 3600 IN TXT "loaded"`,
		"b.test.zone":  "",
		"faults.json":  `{"_kez.b.test": {"rcode": "SERVFAIL"}}`,
		"options.json": `{"authenticated": ["a.test"]}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	answer := mustAsk(t, s, "udp", "_kez.a.test.", edns(1232, true))
	if len(texts(answer)) != 1 || !answer.AuthenticatedData {
		t.Errorf("a.test: %v", answer)
	}
	for name, rcode := range map[string]int{
		"_kez.b.test.": dns.RcodeServerFailure, "x.b.test.": dns.RcodeNameError, "_kez.old.test.": dns.RcodeRefused,
	} {
		if got := mustAsk(t, s, "udp", name).Rcode; got != rcode {
			t.Errorf("%s: rcode %d, want %d", name, got, rcode)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	s := start(t, testZones())
	for want, files := range map[string]map[string]string{
		"notes.txt is no file":           {"notes.txt": ""},
		"lies outside the zone a.test.":  {"a.test.zone": "_kez.b.test. TXT x"},
		"unknown field":                  {"faults.json": `{"a.test": {"rocde": "SERVFAIL"}}`},
		"is no rcode":                    {"faults.json": `{"a.test": {"rcode": "NOPE"}}`},
		"no zone c.test to authenticate": {"options.json": `{"authenticated": ["c.test"]}`},
		"a.test.zone":                    {"a.test.zone": "_kez TXT \"open"},
	} {
		if err := s.Load(folder(files)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", files, err, want)
		}
	}
	if got := texts(mustAsk(t, s, "udp", "_kez.a.test.")); len(got) != 2 {
		t.Errorf("a folder that was refused changed the zones: %v", got)
	}
}

func TestDoH(t *testing.T) {
	s := start(t, testZones())
	url, err := s.StartDoH()
	if err != nil {
		t.Fatal(err)
	}
	query := new(dns.Msg).SetQuestion("_kez.a.test.", dns.TypeTXT)
	raw, err := query.Pack()
	if err != nil {
		t.Fatal(err)
	}
	get, err := http.Get(url + "?dns=" + base64.RawURLEncoding.EncodeToString(raw))
	if err != nil {
		t.Fatal(err)
	}
	post, err := http.Post(url, dohType, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, response := range []*http.Response{get, post} {
		body, err := io.ReadAll(response.Body)
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
		answer := new(dns.Msg)
		if err != nil || answer.Unpack(body) != nil || len(texts(answer)) != 2 {
			t.Errorf("%s: %v %v", response.Request.Method, response.Status, answer)
		}
	}
	for _, wrong := range []string{url, strings.TrimSuffix(url, "dns-query")} {
		response, err := http.Get(wrong)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil || response.StatusCode == http.StatusOK {
			t.Errorf("%s: %s %v", wrong, response.Status, err)
		}
	}
	if known, unknown := len(s.History()), len(s.Unknown()); known != 4 || unknown != 2 {
		t.Errorf("%d queries, %d unknown, want 4 and 2", known, unknown)
	}
}

// TestCorpusSPF serves the zones of the SPF suites, which are others' TXT
// records of every kind: several strings, several records, eight bits, CNAMEs,
// names that do not answer.
func TestCorpusSPF(t *testing.T) {
	dir := os.Getenv("KEZ_SHARED")
	if dir == "" {
		t.Skip("KEZ_SHARED is not set: it names the folder with corpora/ that this test reads")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir)
	}
	file, err := os.Open(filepath.Join(dir, "corpora", "dns-spf-zones", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	count := 0
	for ; lines.Scan(); count++ {
		var c struct {
			ID string `json:"id"`
			In struct {
				Name    string     `json:"name"`
				Strings [][]string `json:"txt_strings_hex"`
				Timeout bool       `json:"timeout"`
				CNAME   string     `json:"cname"`
			} `json:"in"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		s := start(t, map[string]string{"example.com": ""})
		var want []string
		for _, record := range c.In.Strings {
			for i, text := range record {
				raw, err := hex.DecodeString(text)
				if err != nil {
					t.Fatal(err)
				}
				record[i] = string(raw)
			}
			s.AddTXT(c.In.Name, 60, record...)
			want = append(want, strings.Join(record, ""))
		}
		if c.In.CNAME != "" {
			if err := s.AddZone(c.In.Name, "@ CNAME "+c.In.CNAME); err != nil {
				t.Fatal(err)
			}
		}
		if c.In.Timeout {
			if err := s.SetFault(c.In.Name, Fault{Drop: -1, HangUp: true}); err != nil {
				t.Fatal(err)
			}
		}
		answer, err := ask(s, "tcp", dns.Fqdn(c.In.Name))
		if (err != nil) != c.In.Timeout {
			t.Errorf("%s: %v", c.ID, err)
		}
		if err == nil {
			for i, text := range want {
				want[i] = escapeLikeLibrary(text)
			}
			if got := texts(answer); strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%s: got %q, want %q", c.ID, got, want)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("corpus dns-spf-zones: %d cases", count)
}

// escapeLikeLibrary writes bytes as the client shows them.
func escapeLikeLibrary(text string) string {
	rr := &dns.TXT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{escape(text)}}
	buffer := make([]byte, dns.MaxMsgSize)
	end, err := dns.PackRR(rr, buffer, 0, nil, false)
	if err != nil {
		return err.Error()
	}
	unpacked, _, err := dns.UnpackRR(buffer[:end], 0)
	if err != nil {
		return err.Error()
	}
	return unpacked.(*dns.TXT).Txt[0]
}
