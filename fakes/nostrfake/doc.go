// Package nostrfake is a nostr relay on loopback that keeps its events in
// memory and can be told to lie.
//
// # What it is
//
// NIP-01 over WebSocket: REQ with any number of filters, newest first, EVENT
// with OK, EOSE, CLOSE, CLOSED, NOTICE, and new events to open subscriptions.
// Of replaceable events only the newest is served, deleted ones are not
// (NIP-09), and logins are asked for when the fault says so (NIP-42). What the
// relay does not understand is refused and listed by Unknown.
//
// # Three sets of methods
//
// Data: AddEvent, AddUnchecked, Sign, Clear. Faults, for the whole relay and
// never on by themselves: SetFaults. What was asked: History, Unknown,
// ClearHistory.
//
// # Folder of a world
//
// One folder is one relay. Load reads it and puts it in the place of all
// events and faults:
//
//	NAME.json    an event, one of
//	             {"id": …, "pubkey": …, "created_at": …, "kind": …, "tags": …,
//	              "content": …, "sig": …}, which has to be sound;
//	             {"unchecked": {…}}, served as it stands;
//	             {"secret": hex or nsec, "kind": 1, "tags": [["d", "kez"]],
//	              "content": "…"}, which the fake signs.
//	faults.json  members as in Faults
//
// The last kind can have "content_file" in the place of "content", the name of
// a file of the folder, "created_at" (DefaultTime without it), "corrupt" with
// what to spoil after signing, "id", "sig", "content" or "both", and "repeat":
// so many events, each a second older than the one before. A tag value
// "@NAME.json" becomes the id of that event. Any other file is an error, unless
// it is some event's content_file.
package nostrfake
