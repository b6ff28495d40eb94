package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// members are those of every answer that the runner reads itself. What stands
// in accept is compared member by member, so a wrong name shows there.
var members = map[string][]string{
	"":       {"protocol", "name", "version", "spec", "ops", "features", "seq", "accept", "reject", "unsupported", "fault"},
	"reject": {"code", "at", "message"},
}

// Strict refuses what encoding/json would mend or overlook: a byte order mark,
// bytes that are not UTF-8, a member that stands twice, and known members in
// another case.
func Strict(text []byte) error {
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return errors.New("it starts with a byte order mark")
	case !utf8.Valid(text):
		return errors.New("it is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := strictValue(d, "", true); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// strictValue reads one value. place is the member that holds it; known tells
// that the runner reads the members of an object there.
func strictValue(d *json.Decoder, place string, known bool) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token == json.Delim('[') {
		for d.More() {
			if err := strictValue(d, "", false); err != nil {
				return err
			}
		}
	}
	if token == json.Delim('{') {
		if err := strictMembers(d, place, known); err != nil {
			return err
		}
	}
	if token == json.Delim('[') || token == json.Delim('{') {
		_, err = d.Token() // the end
	}
	return err
}

func strictMembers(d *json.Decoder, place string, known bool) error {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name := fmt.Sprint(token)
		if seen[name] {
			return fmt.Errorf("the member %q stands twice", name)
		}
		seen[name] = true
		folds := func(right string) bool { return name != right && strings.EqualFold(name, right) }
		if i := slices.IndexFunc(members[place], folds); known && i >= 0 {
			return fmt.Errorf("the member %q is spelt %q", members[place][i], name)
		}
		if err := strictValue(d, name, known && place == "" && name == "reject"); err != nil {
			return err
		}
	}
	return nil
}
