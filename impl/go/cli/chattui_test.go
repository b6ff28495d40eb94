package cli_test

import (
	"os"
	"strings"
	"testing"

	"kez.lat/kez/impl/go/chat/tui"
)

// What is no terminal is refused before a key is read or anything is made.
func TestChatTUINeedsATerminal(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"chat", "tui"}, "needs a terminal"},
		{[]string{"chat", "tui", "--json"}, "prints no JSON"},
		{[]string{"chat", "tui", "--secret-file", "-"}, "cannot be both"},
		{[]string{"chat", "tui", "alice"}, "takes 0 argument"},
	} {
		w := signing(t)
		r := w.run(c.args...)
		if r.exit != 2 || !strings.Contains(r.stdout+r.stderr, c.says) {
			t.Errorf("%q ends with %d: %s%s", c.args, r.exit, r.stdout, r.stderr)
		}
		if _, err := os.Stat(w.home); !os.IsNotExist(err) {
			t.Errorf("%q made something: %v", c.args, err)
		}
	}
}

// The help and the manual page list every key.
func TestChatTUIDocumentsItsKeys(t *testing.T) {
	help := newWorld(t).run("chat", "tui", "--help").stdout
	w := newWorld(t)
	if r := w.run("man", w.dir); r.exit != 0 {
		t.Fatal(r.stderr)
	}
	page, err := os.ReadFile(w.dir + "/kez-chat-tui.1")
	if err != nil {
		t.Fatal(err)
	}
	manual := strings.ReplaceAll(string(page), `\-`, "-")
	for _, k := range tui.Keys() {
		if !strings.Contains(help, "  "+k.Keys+" ") || !strings.Contains(help, k.Does) || !strings.Contains(manual, k.Does) {
			t.Errorf("the key %s is not documented", k.Keys)
		}
	}
}
