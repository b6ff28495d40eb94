package blueskyfake

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"kez.lat/kez/fakes/httpfake"
)

// Load reads a world folder and puts it in the place of all accounts and
// faults. The history stays. When it fails nothing has changed.
func (s *Server) Load(folder fs.FS) error {
	loaded, faults := newWorld(), httpfake.Faults{}
	names, err := httpfake.Files(folder)
	if err != nil {
		return fmt.Errorf("blueskyfake: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err == nil {
			err = loaded.read(name, text, &faults)
		}
		if err != nil {
			return fmt.Errorf("blueskyfake: %w", err)
		}
	}
	if err := loaded.missing(); err != nil {
		return fmt.Errorf("blueskyfake: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = loaded
	s.SetFaults(faults)
	return nil
}

func (w *world) read(name string, text []byte, faults *httpfake.Faults) (err error) {
	handle, file, below := strings.Cut(name, "/")
	base, isText := strings.CutSuffix(file, ".txt")
	entry, isJSON := strings.CutSuffix(file, ".json")
	switch {
	case below && (strings.Contains(file, "/") || !isText && !isJSON):
		err = fmt.Errorf("%s is no file of an account, which has actor.json, feed.json, NAME.txt and NAME.json", name)
	case isText:
		w.named[handle+"/"+base] = w.add(handle, item{post: &Post{Text: strings.TrimSuffix(string(text), "\n")}})
	case file == "actor.json":
		var actor Actor
		if err = httpfake.Strict(name, text, &actor); err == nil {
			w.addActor(handle, actor)
		}
	case file == "feed.json":
		err = w.readFeed(name, handle, text)
	case below:
		err = w.readItem(name, handle, entry, text)
	case name == "faults.json":
		*faults, err = httpfake.ParseFaults(text)
	case name == "options.json":
		options := struct {
			PageSize *int `json:"page_size"`
		}{&w.pageSize}
		err = httpfake.Strict(name, text, &options)
	default:
		err = fmt.Errorf("%s is no file of a Bluesky world, which has HANDLE/FILE, options.json and faults.json", name)
	}
	return err
}

// readItem reads a post, a repost or an item as it is.
func (w *world) readItem(name, handle, entry string, text []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if members["post"] != nil {
		w.add(handle, item{given: text})
		return nil
	}
	if members["repost"] != nil {
		var repost struct{ Repost string }
		if err := httpfake.Strict(name, text, &repost); err != nil {
			return err
		}
		w.add(handle, item{repost: repost.Repost})
		return nil
	}
	var post Post
	if err := httpfake.Strict(name, text, &post); err != nil {
		return err
	}
	w.named[handle+"/"+entry] = w.add(handle, item{post: &post})
	return nil
}

// readFeed reads items as they are. They stand newest first, as in an answer.
func (w *world) readFeed(name, handle string, text []byte) error {
	var answer struct{ Feed []json.RawMessage }
	var into any = &answer.Feed
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		into = &answer
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, given := range slices.Backward(answer.Feed) {
		w.add(handle, item{given: given})
	}
	if w.find(handle) == nil { // a feed of nothing is one of somebody
		w.addActor(handle, Actor{})
	}
	return nil
}
