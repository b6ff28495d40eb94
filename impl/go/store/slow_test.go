package store_test

import (
	"context"

	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/store"
)

// transport answers requests without a network.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// drip is a body of which a piece comes every second until its request ends.
type drip struct {
	ctx   context.Context
	piece []byte
}

func (d *drip) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		return copy(p, d.piece), nil
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
}

func (d *drip) Close() error { return nil }

// TestSlowBody ends at the deadline, whatever still comes. [KEZ-CHAN-008]
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := store.New("https://slow.test", "test")
		if err != nil {
			t.Fatal(err)
		}
		c.Transport = transport(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: &drip{r.Context(), []byte(" ")}}, nil
		})
		start := time.Now()
		_, err = c.Fetch(t.Context(), key(t, 1).Identity())
		want(t, err, kez.ChannelUnreachable)
		if took := time.Since(start); took != store.Deadline {
			t.Errorf("it took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start = time.Now()
		_, err = c.Fetch(ctx, key(t, 1).Identity())
		want(t, err, kez.ChannelUnreachable)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("with a deadline of the caller it took %s", took)
		}
	})
}

// TestSilence ends at the deadline where nothing comes at all.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := store.New("https://silent.test", "test")
		if err != nil {
			t.Fatal(err)
		}
		c.Transport = transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		start := time.Now()
		_, err = c.Head(t.Context(), key(t, 1).Identity())
		want(t, err, kez.ChannelUnreachable)
		if took := time.Since(start); took != store.Deadline {
			t.Errorf("it took %s", took)
		}
	})
}
