package config

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
)

// FileName is the name of the configuration in its home.
const FileName = "config.toml"

const fileSize = 64 << 10

const keysHint = "the settings are default_key, stores, relays, chat_server and keyring"

// readFile takes config.toml, if there is one.
func (s *Settings) readFile(h *home.Home) error {
	data, err := h.Read(FileName, fileSize, kez.CLIFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	path := h.Path(FileName)
	members := map[string]any{}
	if err := toml.Unmarshal(data, &members); err != nil {
		return fileError(path, 0, "", err)
	}
	for _, key := range topKeys(data) {
		if err := s.setter(key.name, "file "+path)(members[key.name]); err != nil {
			return fileError(path, key.line, key.name, err)
		}
	}
	return nil
}

// topKey is a member at the top of the file and the line of its first mention.
type topKey struct {
	name string
	line int
}

// topKeys finds them in a file that is legal, since the values that the library
// gives do not say where they stand.
func topKeys(data []byte) (keys []topKey) {
	p := unstable.Parser{}
	p.Reset(data)
	inside := false
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.Table || e.Kind == unstable.ArrayTable {
			inside = true
		} else if e.Kind != unstable.KeyValue || inside {
			continue // a comment, or inside a table, whose own name is refused
		}
		name := e.Key()
		if name.Next() {
			node := name.Node()
			keys = append(keys, topKey{string(node.Data), p.Shape(p.Range(p.Raw(node.Raw))).Start.Line})
		}
	}
	return keys
}

// setter takes the value of one member.
type setter func(value any) error

func (s *Settings) setter(name, source string) setter {
	switch name {
	case "default_key":
		return textSetter(&s.DefaultKey, source, anything)
	case "chat_server":
		return textSetter(&s.ChatServer, source, checkHTTP)
	case "stores":
		return listSetter(&s.Stores, source, checkStores)
	case "relays":
		return listSetter(&s.Relays, source, checkRelays)
	case "keyring":
		return func(value any) error {
			on, ok := value.(bool)
			if !ok {
				return errors.New("is not true or false")
			}
			s.Keyring = Value[bool]{on, source}
			return nil
		}
	}
	return func(any) error { return errUnknown }
}

var errUnknown = errors.New("is no setting")

func textSetter(target *Value[string], source string, check func(string) (string, error)) setter {
	return func(value any) error {
		text, ok := value.(string)
		if !ok {
			return errors.New("is no text in quotes")
		}
		checked, err := check(text)
		*target = Value[string]{checked, source}
		return err
	}
}

func listSetter(target *Value[[]string], source string, check func([]string) ([]string, error)) setter {
	return func(value any) error {
		entries, ok := value.([]any)
		list := make([]string, len(entries))
		for i := range entries {
			var isText bool
			list[i], isText = entries[i].(string)
			ok = ok && isText
		}
		if !ok {
			return errors.New("is no list of texts in quotes")
		}
		checked, err := check(list)
		*target = Value[[]string]{checked, source}
		return err
	}
}

// fileError names the line and, where the member itself is at fault, the key.
func fileError(path string, line int, key string, err error) error {
	message := err.Error()
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ = e.Position()
		message = strings.TrimPrefix(message, "toml: ")
	}
	if key != "" {
		message = key + " " + message
	}
	hint := "correct the line; an example: stores = [\"https://sig.kez.lat\"]"
	if errors.Is(err, errUnknown) {
		hint = keysHint
	}
	return kez.Errorf(kez.CLIUsage, "%s, line %d: %s", path, line, message).WithHint("%s", hint)
}
