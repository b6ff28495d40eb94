package nostrfake

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const (
	alice   = "0000000000000000000000000000000000000000000000000000000000000003"
	mallory = "0000000000000000000000000000000000000000000000000000000000000007"
)

func start(t *testing.T) *Relay {
	t.Helper()
	r, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func faulty(t *testing.T, faults Faults) *Relay {
	t.Helper()
	r := start(t)
	if err := r.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
	return r
}

// note adds a signed event and gives its id.
func note(t *testing.T, r *Relay, secret string, kind int, tags [][]string, content string, at int64) string {
	t.Helper()
	raw, err := Sign(secret, kind, tags, content, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.AddEvent(raw); err != nil {
		t.Fatal(err)
	}
	ev, err := parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return ev.ID
}

func key(t *testing.T, secret string) string {
	t.Helper()
	public, _, err := Public(secret)
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// client is a real WebSocket client with a deadline on everything it does.
type client struct {
	t      *testing.T
	ctx    context.Context
	socket *websocket.Conn
}

func dial(t *testing.T, r *Relay) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	socket, _, err := websocket.Dial(ctx, r.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	socket.SetReadLimit(32 << 20)
	t.Cleanup(func() { _ = socket.CloseNow(); cancel() })
	return &client{t, ctx, socket}
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.socket.Write(c.ctx, websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// next reads one message and gives its parts.
func (c *client) next() ([]json.RawMessage, error) {
	_, raw, err := c.socket.Read(c.ctx)
	if err != nil {
		return nil, err
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) < 2 {
		c.t.Fatalf("the relay sent %s", raw)
	}
	return parts, nil
}

// until reads messages up to the first whose verb is the last of these words,
// and gives them as lines: events by their content.
func (c *client) until(last string) string {
	c.t.Helper()
	var lines []string
	for {
		parts, err := c.next()
		if err != nil {
			c.t.Fatalf("after %q: %v", lines, err)
		}
		var verb string
		if err := json.Unmarshal(parts[0], &verb); err != nil {
			c.t.Fatal(err)
		}
		switch verb {
		case "EVENT":
			ev, err := parse(parts[2])
			if err != nil {
				c.t.Fatal(err)
			}
			state := ""
			if ev.check() != nil {
				state = " (unsound)"
			}
			lines = append(lines, ev.Content+state)
		case "EOSE":
			lines = append(lines, "EOSE")
		default:
			lines = append(lines, fmt.Sprintf("%s %s", verb, parts[len(parts)-1]))
		}
		if verb == last {
			return strings.Join(lines, "; ")
		}
	}
}

// ask sends a REQ of these filters and reads up to EOSE.
func ask(t *testing.T, r *Relay, filters ...string) string {
	t.Helper()
	c := dial(t, r)
	c.send(`["REQ","q",` + strings.Join(filters, ",") + `]`)
	return c.until("EOSE")
}
