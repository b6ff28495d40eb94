package history_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/chat/history"
	"kez.lat/kez/impl/go/home"
)

// writerEnv makes this program a writer that counts up in a history, and tells
// each number that is kept, until it is killed.
const writerEnv = "KEZ_TEST_HISTORY_WRITER"

func TestMain(m *testing.M) {
	path := os.Getenv(writerEnv)
	if path == "" {
		os.Exit(m.Run())
	}
	if err := write(path); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func write(path string) error {
	h, err := home.Open(path)
	if err != nil {
		return err
	}
	k, err := seedKey(1)
	if err != nil {
		return err
	}
	o, err := history.Open(h, k)
	if err != nil {
		return err
	}
	for {
		n := 0
		err := o.Update(context.Background(), func(w *history.Writer) error {
			n = 0
			if _, err := w.Get("n", &n); err != nil {
				return err
			}
			n++
			// Both or none.
			if err := w.Put("n", n); err != nil {
				return err
			}
			return w.Put("msg/"+strconv.Itoa(n), strings.Repeat("x", 3000))
		})
		if err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// A killed process loses nothing that it was told is kept, and leaves nothing
// half-written.
func TestKilledWriters(t *testing.T) {
	h := newHome(t)
	told := 0
	for cycle := range 5 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writerEnv+"="+h.Path())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 7 * (cycle + 1) {
			if !lines.Scan() {
				t.Fatal("the writer ended")
			}
			if told, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(lines.Text())
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it told before it died
			if told, err = strconv.Atoi(lines.Text()); err != nil {
				break // a line that was cut off
			}
		}
		_ = cmd.Wait() // killed
		o := open(t, h, key(t, 1))
		n := 0
		err = o.View(t.Context(), func(r *history.Reader) error {
			if err := r.Must("n", &n); err != nil {
				return err
			}
			for i := 1; i <= n; i++ {
				text := ""
				if err := r.Must("msg/"+strconv.Itoa(i), &text); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < told {
			t.Fatalf("cycle %d: %d kept, %d told, %v", cycle, n, told, err)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}
