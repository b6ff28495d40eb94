package adapter

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"kez.lat/kez/impl/go/kez"
)

// Protocol is the version of the protocol spoken.
const Protocol = 1

// line is one request as it comes in.
type line struct {
	Cmd       string            `json:"cmd"`
	Seq       int               `json:"seq"`
	Op        string            `json:"op"`
	Now       string            `json:"now"`
	Input     Input             `json:"input"`
	Endpoints map[string]string `json:"endpoints"`
}

// hello is the answer to the first request.
type hello struct {
	Protocol int      `json:"protocol"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Ops      []string `json:"ops"`
	Features []string `json:"features"`
}

// Serve answers requests with handle until bye or the end of the input.
func Serve(r io.Reader, w io.Writer, handle Handler) error {
	in, out := bufio.NewReaderSize(r, 64<<10), json.NewEncoder(w)
	for {
		text, err := in.ReadBytes('\n')
		if len(text) == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var request line
		if err := json.Unmarshal(text, &request); err != nil {
			return fmt.Errorf("a request is no JSON: %w", err)
		}
		switch request.Cmd {
		case "hello":
			err = out.Encode(hello{Protocol, "kez-go", version(), Ops(), []string{}})
		case "run":
			answer := request.answer(handle)
			answer.Seq = request.Seq
			err = out.Encode(answer)
		case "bye":
			return nil
		default:
			err = fmt.Errorf("the command %q is not known", request.Cmd)
		}
		if err != nil {
			return err
		}
	}
}

func (l line) answer(handle Handler) Answer {
	now := time.Time{}
	if l.Now != "" {
		var ok bool
		if now, ok = kez.ParseTime(l.Now); !ok {
			return Faultf("now is no time: %s", l.Now)
		}
	}
	return handle(Request{Op: l.Op, Now: now, Input: l.Input, Endpoints: l.Endpoints})
}

// version names the build, as far as the toolchain recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
