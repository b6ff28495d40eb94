package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// contract compares real requests and answers with an OpenAPI page of the
// specification, as they pass by.
type contract struct {
	doc    *openapi3.T
	router routers.Router
	next   http.RoundTripper

	mu   sync.Mutex
	seen map[string]bool // "GET /path 200"
}

// neverHere are answers that the scripts do not call forth: they need limits or
// failures, which the servers' own tests make.
var neverHere = []string{"429", "500", "503", "507"}

func init() {
	openapi3filter.RegisterBodyDecoder("application/jsonl", openapi3filter.PlainBodyDecoder)
}

func newContract(t *testing.T, page string) *contract {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "spec", page))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	doc.Servers = nil // wherever it listens
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{doc: doc, router: router, seen: map[string]bool{},
		next: &http.Transport{DisableCompression: true, ExpectContinueTimeout: 10 * time.Second}}
}

func (c *contract) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
		// Of the same length, or of none, as it was.
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	response, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(answer))
	if err := c.check(r, body, response, answer); err != nil {
		return nil, fmt.Errorf("%s %s: not as the OpenAPI page says: %w", r.Method, r.URL.Path, err)
	}
	return response, nil
}

func (c *contract) check(r *http.Request, body []byte, response *http.Response, answer []byte) error {
	if r.Method == http.MethodOptions {
		return nil
	}
	asked := r.Clone(r.Context())
	asked.Body = io.NopCloser(bytes.NewReader(body))
	if asked.Method == http.MethodHead {
		asked.Method = http.MethodGet
	}
	route, params, err := c.router.FindRoute(asked)
	if err != nil { // no route: an error object, whatever was asked
		if response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusMethodNotAllowed && response.StatusCode != http.StatusBadRequest {
			return fmt.Errorf("status %d without a route", response.StatusCode)
		}
		return c.visit("Error", answer)
	}
	if response.StatusCode == http.StatusMethodNotAllowed {
		return c.visit("Error", answer)
	}
	input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route}
	if len(body) > 0 && asked.Header.Get("Content-Type") == "" { // none is allowed too
		asked.Header.Set("Content-Type", "application/jsonl")
	}
	if media, _, _ := strings.Cut(asked.Header.Get("Content-Type"), ";"); asked.Header.Get("Content-Type") != "" {
		asked.Header.Set("Content-Type", strings.ToLower(media))
	}
	// What was taken has to be what the page allows; what is refused need not.
	if response.StatusCode < 400 {
		if err := openapi3filter.ValidateRequest(r.Context(), input); err != nil {
			return err
		}
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true,
		ExcludeResponseBody: r.Method == http.MethodHead || response.Header.Get("Content-Encoding") != "" || len(answer) == 0}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: response.StatusCode,
		Header: response.Header, Body: io.NopCloser(bytes.NewReader(answer)), Options: options}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		return err
	}
	c.mu.Lock()
	c.seen[fmt.Sprintf("%s %s %d", asked.Method, route.Path, response.StatusCode)] = true
	c.mu.Unlock()
	return nil
}

// visit compares an answer with a schema by name.
func (c *contract) visit(schema string, answer []byte) error {
	value := map[string]any{}
	if err := json.Unmarshal(answer, &value); err != nil {
		return err
	}
	return c.doc.Components.Schemas[schema].Value.VisitJSON(value)
}

// complete fails for what the page promises and no step has seen.
func (c *contract) complete(t *testing.T) {
	t.Helper()
	var missing []string
	for path, item := range c.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if key := method + " " + path + " " + status; !c.seen[key] && !slices.Contains(neverHere, status) {
					missing = append(missing, key)
				}
			}
		}
	}
	slices.Sort(missing)
	for _, key := range missing {
		t.Errorf("no step gets %s", key)
	}
}

// TestContractSeesFaults shows that the comparison finds what it is there for.
func TestContractSeesFaults(t *testing.T) {
	c := newContract(t, "store.openapi.yaml")
	answer := func(status int, contentType, body string) error {
		r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1/v1/sigchains/ed25519/x/head", nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.check(r, nil, &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}, []byte(body))
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
