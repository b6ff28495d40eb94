package githubfake

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

// Load reads a world folder and puts it in the place of all users and faults.
// The history stays. When it fails nothing has changed.
func (s *Server) Load(folder fs.FS) error {
	read := reading{world: newWorld(), gists: map[string]*Gist{}, facts: map[string]facts{}}
	names, err := httpfake.Files(folder)
	if err != nil {
		return fmt.Errorf("githubfake: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err == nil {
			err = read.file(name, text)
		}
		if err != nil {
			return fmt.Errorf("githubfake: %w", err)
		}
	}
	if err := read.finish(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world, s.remaining = read.world, nil
	s.SetFaults(read.faults)
	return nil
}

// reading is a world folder that is being read. A gist is whole only at the end,
// as its files, revisions and facts lie apart.
type reading struct {
	world  *world
	faults httpfake.Faults
	order  []string // of gists, each LOGIN/gists/ID
	gists  map[string]*Gist
	facts  map[string]facts
}

// facts is what stands in ID.json.
type facts struct {
	Owner       string            `json:"owner"`
	ForkOf      string            `json:"fork_of"`
	Secret      bool              `json:"secret"`
	Description string            `json:"description"`
	RawURLs     map[string]string `json:"raw_urls"`
	Comments    []Comment         `json:"comments"`
}

func (r *reading) file(name string, text []byte) (err error) {
	login, file, below := strings.Cut(name, "/")
	parts := strings.Split(file, "/")
	id, isFacts := strings.CutSuffix(parts[len(parts)-1], ".json")
	switch {
	case name == "faults.json":
		r.faults, err = httpfake.ParseFaults(text)
	case name == "options.json":
		options := struct {
			PageSize *int      `json:"page_size"`
			Tokens   *[]string `json:"tokens"`
		}{&r.world.pageSize, &r.world.tokens}
		err = httpfake.Strict(name, text, &options)
	case below && file == "user.json":
		user := User{}
		if known := r.world.user(login); known != nil {
			user = *known
		}
		user.Login = login
		if err = httpfake.Strict(name, text, &user); err == nil && !strings.EqualFold(user.Login, login) {
			err = fmt.Errorf("%s: the login %s is another than that of the folder", name, user.Login)
		}
		r.world.addUser(user)
	case below && file == "README.md":
		r.world.setFile(r.world.ensure(login).Login, login, "README.md", string(text))
	case below && len(parts) == 3 && parts[0] == "gists":
		err = r.gistFile(login+"/gists/"+parts[1], File{Name: parts[2], Content: string(text)})
	case below && len(parts) == 2 && parts[0] == "gists" && isFacts:
		var f facts
		err = httpfake.Strict(name, text, &f)
		r.facts[login+"/gists/"+id] = f
	default:
		err = fmt.Errorf("%s is no file of a GitHub world, which has LOGIN/user.json, LOGIN/README.md, LOGIN/gists/ID/FILE, LOGIN/gists/ID.json, options.json and faults.json", name)
	}
	return err
}

// gistFile adds a file to the gist at LOGIN/gists/ID, or LOGIN/gists/ID@N for
// the revision N.
func (r *reading) gistFile(at string, f File) error {
	at, revision, old := strings.Cut(at, "@")
	g := r.gists[at]
	if g == nil {
		g = &Gist{ID: at[strings.LastIndexByte(at, '/')+1:]}
		r.gists[at] = g
		r.order = append(r.order, at)
	}
	if !old {
		g.Files = append(g.Files, f)
		return nil
	}
	n, err := strconv.Atoi(revision)
	if err != nil || n < 1 || n > len(g.Revisions)+1 {
		return fmt.Errorf("%s@%s: revisions are counted from 1, without a gap", at, revision)
	}
	if n > len(g.Revisions) {
		g.Revisions = append(g.Revisions, nil)
	}
	g.Revisions[n-1] = append(g.Revisions[n-1], f)
	return nil
}

// finish puts the gists together.
func (r *reading) finish() error {
	for _, at := range r.order {
		login, _, _ := strings.Cut(at, "/")
		g, f := r.gists[at], r.facts[at]
		delete(r.facts, at)
		g.Owner, g.ForkOf, g.Secret, g.Description, g.Comments = f.Owner, f.ForkOf, f.Secret, f.Description, f.Comments
		for i := range g.Files {
			g.Files[i].RawURL = f.RawURLs[g.Files[i].Name]
			delete(f.RawURLs, g.Files[i].Name)
		}
		for name := range f.RawURLs {
			return fmt.Errorf("githubfake: %s.json: no file %s in the gist", at, name)
		}
		if err := r.world.addGist(login, *g); err != nil {
			return err
		}
	}
	for at := range r.facts {
		return fmt.Errorf("githubfake: %s.json: there is no such gist", at)
	}
	for _, g := range r.world.gists {
		if g.ForkOf != "" && r.world.gist(g.ForkOf) == nil {
			return fmt.Errorf("githubfake: the gist %s is a fork of none", g.ID)
		}
	}
	return nil
}
