package githubfake

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// epoch is the time before the first gist; each that follows is a second later.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// User is an account. The ID is its identity; the login can change.
type User struct {
	ID    int64  `json:"id"`
	Login string `json:"login"` // with the case that GitHub shows
	Name  string `json:"name"`
	Bio   string `json:"bio"`
}

// Gist is a set of files with a past.
type Gist struct {
	ID          string
	Files       []File
	Secret      bool
	Description string
	Revisions   [][]File // the oldest first, without the present one
	ForkOf      string   // id of another gist
	Owner       string   // login shown as the owner, where that is a lie
	Comments    []Comment
}

// File is one file of a gist.
type File struct {
	Name    string
	Content string
	RawURL  string // what the API says, where that is a lie
}

// Comment is what someone wrote below a gist.
type Comment struct {
	Login string `json:"login"`
	Body  string `json:"body"`
}

// world is all the data.
type world struct {
	users    []*User
	gists    []*gist
	files    map[string]string // content by owner/repository/path, the first two in lower case
	tokens   []string
	pageSize int
}

type gist struct {
	Gist
	of *User
	at time.Time
}

func newWorld() *world { return &world{files: map[string]string{}} }

// user gives the account with a login, whatever its case.
func (w *world) user(login string) *User {
	i := slices.IndexFunc(w.users, func(u *User) bool { return strings.EqualFold(u.Login, login) })
	if i < 0 {
		return nil
	}
	return w.users[i]
}

func (w *world) userByID(id int64) *User {
	i := slices.IndexFunc(w.users, func(u *User) bool { return u.ID == id })
	if i < 0 {
		return nil
	}
	return w.users[i]
}

// addUser adds an account or changes the one with that login.
func (w *world) addUser(u User) *User {
	known := w.user(u.Login)
	if known == nil {
		known = &User{ID: int64(1000 + len(w.users))}
		w.users = append(w.users, known)
	}
	if u.ID == 0 {
		u.ID = known.ID
	}
	*known = u
	return known
}

// ensure gives the account with a login, made where it is not there.
func (w *world) ensure(login string) *User {
	if u := w.user(login); u != nil {
		return u
	}
	return w.addUser(User{Login: login})
}

func (w *world) gist(id string) *gist {
	i := slices.IndexFunc(w.gists, func(g *gist) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return w.gists[i]
}

func (w *world) addGist(login string, g Gist) error {
	if known := w.gist(g.ID); known != nil {
		return fmt.Errorf("githubfake: the gist %s is of %s already", g.ID, known.of.Login)
	}
	if g.ID == "" || len(g.Files) == 0 {
		return fmt.Errorf("githubfake: a gist of %s without an id or without files", login)
	}
	at := epoch.Add(time.Second)
	if len(w.gists) > 0 {
		at = w.gists[len(w.gists)-1].at.Add(time.Second)
	}
	w.gists = append(w.gists, &gist{Gist: g, of: w.ensure(login), at: at})
	return nil
}

// owner is the account that the API shows as a gist's owner.
func (w *world) owner(g *gist) *User {
	if g.Owner == "" {
		return g.of
	}
	if u := w.user(g.Owner); u != nil {
		return u
	}
	return &User{ID: 1, Login: g.Owner}
}

// blob is the id that git gives to content.
func blob(content string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
	return hex.EncodeToString(sum[:])
}

// version is the commit id of a revision, counted from 0 for the oldest.
func (g *gist) version(n int) string {
	sum := sha1.Sum(fmt.Appendf(nil, "%s %d", g.ID, n))
	return hex.EncodeToString(sum[:])
}

// rawURL is where a file of a gist lies.
func (w *world) rawURL(g *gist, f File) string {
	if f.RawURL != "" {
		return f.RawURL
	}
	return "https://gist.githubusercontent.com/" + w.owner(g).Login + "/" + g.ID + "/raw/" + blob(f.Content) + "/" + url.PathEscape(f.Name)
}
