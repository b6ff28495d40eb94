package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// none stands for no store at all where a list is written as text.
const none = "none"

// The checks return plain errors; the callers add where the value stands. They
// never quote it, since an address may hold a password.

// checkURL takes an absolute URL of one of the schemes, with a host, and
// without what no base address has. The result has no slash at its end.
func checkURL(text string, schemes ...string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" ||
		strings.Trim(u.Hostname(), hostCharacters) != "" || strings.ContainsAny(text, " \\"):
		return "", fmt.Errorf("is no address of the form %s://host", schemes[0])
	case u.User != nil:
		return "", errors.New("holds a user name or password, which would end up in logs")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#"):
		return "", errors.New("holds a query or fragment, which a base address has not")
	}
	if port := u.Port(); port != "" {
		if err := checkPort(port); err != nil {
			return "", err
		}
	}
	return strings.TrimRight(text, "/"), nil
}

// hostCharacters are those of names and addresses, the zone of an IPv6 address
// included. A comma, where somebody wrote two addresses, is none.
const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%"

func checkPort(port string) error {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return errors.New("holds no port from 1 to 65535")
	}
	return nil
}

func checkHTTP(text string) (string, error) { return checkURL(text, "https", "http") }

func checkRelay(text string) (string, error) { return checkURL(text, "wss", "ws") }

func checkHostPort(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" {
		return "", errors.New("is no address of the form host:port")
	}
	return text, checkPort(port)
}

func checkTime(text string) (string, error) {
	if _, ok := kez.ParseTime(text); !ok {
		return "", errors.New("is no time of the form 2026-06-01T12:00:00Z")
	}
	return text, nil
}

func anything(text string) (string, error) { return text, nil }

// checkAll checks each entry of a list.
func checkAll(entries []string, check func(string) (string, error)) ([]string, error) {
	out := make([]string, 0, len(entries))
	for i, entry := range entries {
		checked, err := check(strings.TrimSpace(entry))
		if err != nil && len(entries) > 1 {
			return nil, fmt.Errorf("entry %d %w", i+1, err)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, checked)
	}
	return out, nil
}

// checkStores is checkAll for stores, where the one word none is no store.
func checkStores(entries []string) ([]string, error) {
	if len(entries) == 1 && strings.TrimSpace(entries[0]) == none {
		return nil, nil
	}
	return checkAll(entries, checkHTTP)
}

func checkRelays(entries []string) ([]string, error) { return checkAll(entries, checkRelay) }
