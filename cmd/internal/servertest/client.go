package servertest

import (
	"bytes"
	"io"
	"net/http"
)

// Client keeps a connection for each of many writers.
var Client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}}

// Post sends a body and gives the status and the body of the answer.
func Post(url, mediaType string, body []byte) (int, []byte, error) {
	return answer(Client.Post(url, mediaType, bytes.NewReader(body)))
}

// Get gives the status and the body of the answer. With an error the body has
// what came before it.
func Get(url string) (int, []byte, error) { return answer(Client.Get(url)) }

func answer(r *http.Response, err error) (int, []byte, error) {
	if err != nil {
		return 0, nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return r.StatusCode, body, err
}
