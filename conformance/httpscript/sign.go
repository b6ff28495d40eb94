package httpscript

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// signed fills in what a step asks to be signed at the time it is made: a
// registration as its body, and X-KEZ-Auth as a header. It is done once for all
// requests of a step; ${auth} and ${registration} keep what was made.
func (w *world) signed(s *Step) (*Step, error) {
	made := *s
	if text, ok := s.Options["register"]; ok {
		words, at, err := w.words(text)
		if err != nil {
			return nil, err
		}
		k, known := w.keys[words[0]]
		if len(words) != 3 || !known {
			return nil, fmt.Errorf("@register %s is no KEY HANDLE SERVER", text)
		}
		made.Body = k.registration(words[1], words[2], at)
		w.vars["registration"] = made.Body
	}
	if text, ok := s.Options["auth"]; ok {
		words, at, err := w.words(text)
		if err != nil {
			return nil, err
		}
		k, known := w.keys[words[0]]
		if len(words) != 2 || !known {
			return nil, fmt.Errorf("@auth %s is no KEY LINE|LINE…", text)
		}
		body, err := w.expand(made.Body)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(body))
		lines := strings.Split(strings.ReplaceAll(words[1], "{body}", hex.EncodeToString(sum[:])), "|")
		ts := strconv.FormatInt(at.Unix(), 10)
		w.vars["auth"] = ts + ":" + k.sign(strings.Join(append(lines, ts), "\n"))
		made.Header = append(made.Header[:len(made.Header):len(made.Header)], "X-KEZ-Auth: "+w.vars["auth"])
	}
	return &made, nil
}

// words expands an option and takes a last word at=SECONDS out of it, which is
// added to the time of this machine.
func (w *world) words(text string) ([]string, time.Time, error) {
	at := time.Now()
	text, err := w.expand(text)
	if err != nil {
		return nil, at, err
	}
	words := strings.Fields(text)
	if len(words) > 0 {
		if shift, ok := strings.CutPrefix(words[len(words)-1], "at="); ok {
			seconds, err := strconv.Atoi(shift)
			if err != nil {
				return nil, at, err
			}
			at, words = at.Add(time.Duration(seconds)*time.Second), words[:len(words)-1]
		}
	}
	if len(words) == 0 {
		return nil, at, fmt.Errorf("an option is empty")
	}
	return words, at, nil
}

// registration is the signed request for a handle, in canonical form.
func (k key) registration(handle, server string, at time.Time) string {
	payload := fmt.Sprintf(`{"created_at":%q,"handle":%q,"primary":%q,"server":%q,"type":"kez.chat.handle_registration","version":1}`,
		at.UTC().Format("2006-01-02T15:04:05Z"), handle, k.identity(), server)
	return fmt.Sprintf(`{"kez":"handle_registration","payload":%s,"signature":{"alg":"ed25519-sha512-jcs","key":%q,"sig":%q}}`, payload, k.identity(), k.sign(payload))
}
