package config

import (
	"errors"
	"io/fs"

	"github.com/BurntSushi/toml"

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
	members := map[string]toml.Primitive{}
	meta, err := toml.Decode(string(data), &members)
	if err != nil {
		return fileError(path, "", err)
	}
	for _, key := range meta.Keys() {
		if len(key) > 1 {
			continue // inside a table, whose own name is refused
		}
		// The library matches names of struct fields in any case and tells no
		// position of those it does not know, so each member is decoded by name.
		setter := s.setter(key[0], "file "+path)
		if err := meta.PrimitiveDecode(members[key[0]], &setter); err != nil {
			return fileError(path, key[0], err)
		}
	}
	return nil
}

// setter is the destination of one member; the library adds the line to its
// errors.
type setter func(value any) error

// UnmarshalTOML makes setter a destination.
func (set setter) UnmarshalTOML(value any) error { return set(value) }

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
func fileError(path, key string, err error) error {
	line, message := 0, err.Error()
	if e, ok := errors.AsType[toml.ParseError](err); ok {
		line, message = e.Position.Line, e.Message
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
