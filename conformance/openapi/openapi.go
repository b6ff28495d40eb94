// Package openapi compares the traffic of a server with its OpenAPI page, as it
// passes by.
//
// What is answered has to be what the page says of that route and status. What
// was asked has to be so too, unless it was refused.
package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Contract is a transport that gives an error for an answer which the page does
// not allow.
type Contract struct {
	doc    *openapi3.T
	router routers.Router
	next   http.RoundTripper

	mu   sync.Mutex
	seen map[string]bool // "GET /path 200"
}

func init() {
	openapi3filter.RegisterBodyDecoder("application/jsonl", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/event-stream", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/jrd+json", openapi3filter.JSONBodyDecoder)
}

// New reads a page. next does the requests.
func New(page string, next http.RoundTripper) (*Contract, error) {
	data, err := os.ReadFile(page)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", page, err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("%s: %w", page, err)
	}
	doc.Servers = nil // wherever it listens
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", page, err)
	}
	return &Contract{doc: doc, router: router, next: next, seen: map[string]bool{}}, nil
}

// RoundTrip does a request and compares.
func (c *Contract) RoundTrip(r *http.Request) (*http.Response, error) {
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
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		return response, c.Check(r, body, response, nil) // it has no end
	}
	answer, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(answer))
	if err := c.Check(r, body, response, answer); err != nil {
		return nil, fmt.Errorf("%s %s: not as the OpenAPI page says: %w", r.Method, r.URL.Path, err)
	}
	return response, nil
}

// Check compares one request and its answer, whose bodies were read.
func (c *Contract) Check(r *http.Request, body []byte, response *http.Response, answer []byte) error {
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
	// Whether a signature is right is the server's to say.
	input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if len(body) > 0 && asked.Header.Get("Content-Type") == "" { // none is allowed too
		asked.Header.Set("Content-Type", "application/json")
		if content := route.Operation.RequestBody; content != nil && content.Value.Content["application/jsonl"] != nil {
			asked.Header.Set("Content-Type", "application/jsonl") // which may be anything
		}
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
func (c *Contract) visit(schema string, answer []byte) error {
	value := map[string]any{}
	if err := json.Unmarshal(answer, &value); err != nil {
		return err
	}
	return c.doc.Components.Schemas[schema].Value.VisitJSON(value)
}

// Unseen gives what the page promises and no answer was, such as
// "GET /path 200".
func (c *Contract) Unseen() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []string
	for path, item := range c.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if key := method + " " + path + " " + status; !c.seen[key] {
					missing = append(missing, key)
				}
			}
		}
	}
	slices.Sort(missing)
	return missing
}
