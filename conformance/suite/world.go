package suite

import (
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"kez.lat/kez/fakes"
	"kez.lat/kez/vectors"
)

// world is the servers of one case, nil where it has none. Each case has its
// own, so that cases can run at once and none sees what another asked.
type world struct{ servers *fakes.World }

// enter starts the world of a case.
func enter(c vectors.Case) (*world, error) {
	if len(c.World) == 0 {
		return nil, nil
	}
	servers, err := fakes.OpenFS(files(c.World))
	if err != nil {
		return nil, fmt.Errorf("the world of the case cannot start: %w", err)
	}
	return &world{servers}, nil
}

// files is a file system of a world's texts.
func files(texts map[string]string) fs.FS {
	all := fstest.MapFS{}
	for name, text := range texts {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

// endpoints are the variables that lead a program into the world.
func (w *world) endpoints() map[string]string {
	if w == nil {
		return nil
	}
	variables := map[string]string{}
	for _, line := range w.servers.Env() {
		name, value, _ := strings.Cut(line, "=")
		variables[name] = value
	}
	return variables
}

// judge fails a case in which something was asked that the world does not know:
// the right answer to the wrong question proves nothing.
func (w *world) judge(r Result) Result {
	if w == nil || r.Outcome != Pass && r.Outcome != Fail {
		return r
	}
	unknown := w.servers.Unknown()
	if len(unknown) == 0 {
		return r
	}
	r.Outcome = Fail
	lines := []string{r.Detail}
	for _, request := range unknown {
		lines = append(lines, "asked for what is not in the world: "+cut(request, 300))
	}
	r.Detail = strings.TrimPrefix(strings.Join(lines, "\n"), "\n")
	return r
}

// leave stops the world.
func (w *world) leave() {
	if w != nil {
		_ = w.servers.Close() // the case is over; what is left ends with the process
	}
}
