// Package relay holds what a chat relay and its clients agree on: handles,
// registrations, request authentication, and the shapes of answers.
//
// # Trust
//
// A relay gives a handle to a primary and keeps sealed messages. It cannot read
// them and is not believed: [ReadRegistration] checks that a primary itself
// asked for its handle (KEZ-RELAY-026).
//
// # Client
//
// [Client] speaks to one relay and checks what it answers. [Inbox.Follow] hands on
// what is in a mailbox and what comes, by polls and a stream, without a loss and
// without a double.
//
// # Storage
//
// [Directory] and [Mailbox] are what a relay needs of its database; package
// relay/sqlite is one.
package relay

import (
	"strings"

	"kez.lat/kez/impl/go/kez"
)

// Lengths of a handle.
const (
	MinHandle = 3
	MaxHandle = 32
)

// CheckHandle refuses what is no handle, without mending it (KEZ-RELAY-007, 008).
func CheckHandle(handle string) error {
	if len(handle) >= MinHandle && len(handle) <= MaxHandle && handle[0] != '-' && handle[0] != '_' {
		legal := true
		for i := range len(handle) {
			b := handle[i]
			legal = legal && (b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '-' || b == '_')
		}
		if legal {
			return nil
		}
	}
	return kez.Errorf(kez.HandleInvalid, "%s is no handle", kez.Quote(handle)).
		WithHint("a handle has %d to %d of the characters a-z, 0-9, _ and -, and starts with a letter or digit", MinHandle, MaxHandle)
}

// TypedHandle reads a handle as a person types it: trimmed, in any case, with a
// leading @, and with the name of the relay itself behind another @
// (KEZ-RELAY-012). The second result is the name of another relay, where one
// was typed.
func TypedHandle(text, server string) (handle, other string, err error) {
	handle = strings.ToLower(strings.Trim(text, kez.JSONSpace+"\v\f"))
	handle = strings.TrimPrefix(handle, "@")
	if name, at, found := strings.Cut(handle, "@"); found {
		handle = name
		if !strings.EqualFold(at, server) {
			other = at
		}
	}
	return handle, other, CheckHandle(handle)
}

// Reserved are the handles that a relay gives to nobody unless it is configured
// otherwise (KEZ-RELAY-009, 010).
var Reserved = strings.Fields(`
admin administrator root support help abuse postmaster webmaster hostmaster
security system server kez api www mail info noreply me about login register
settings null undefined`)
