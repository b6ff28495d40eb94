package openapi

import (
	"net/http"
	"strings"
	"testing"
)

// TestContractSeesFaults shows that the comparison finds what it is there for.
func TestContractSeesFaults(t *testing.T) {
	c, err := New("../../spec/store.openapi.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer := func(status int, contentType, body string) error {
		r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1/v1/sigchains/ed25519/x/head", nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Check(r, nil, &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}, []byte(body))
	}
	head := `{"primary":"p","seq":0,"hash":"sha256:` + strings.Repeat("0", 64) + `","length":1}`
	if err := answer(200, "application/json", head); err != nil {
		t.Errorf("a right answer: %v", err)
	}
	if err := answer(404, "application/json", `{"error":"http.not_found","message":"m","hint":"h"}`); err != nil {
		t.Errorf("a right error: %v", err)
	}
	for what, err := range map[string]error{
		"another status":           answer(201, "application/json", head),
		"another type":             answer(200, "text/html", head),
		"a member that is absent":  answer(200, "application/json", strings.Replace(head, "length", "len", 1)),
		"a member of other type":   answer(200, "application/json", strings.Replace(head, ":1}", `:"1"}`, 1)),
		"a number below the least": answer(200, "application/json", strings.Replace(head, ":1}", ":0}", 1)),
		"another pattern":          answer(200, "application/json", strings.Replace(head, "sha256", "sha1", 1)),
		"an error without a hint":  answer(404, "application/json", `{"error":"http.not_found","message":"m"}`),
	} {
		if err == nil {
			t.Errorf("%s is not seen", what)
		}
	}
}
