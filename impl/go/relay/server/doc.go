// Package server is the chat relay as a program: the routes of spec/relay.md over
// a [relay.Directory] and a [relay.Mailbox], its page, and its commands.
//
// # Byte for byte
//
// Envelopes and registrations are signed or hashed by others. They are read
// strictly, kept as they came and written into answers as they are; nothing here
// marshals them.
//
// # Streams
//
// A stream holds no messages. A stored message wakes the streams of its mailbox,
// and each reads on from the last number it sent. So a poll and a stream see the
// same order, a slow reader costs no memory, and what a reader misses is still
// in the database.
//
// # Signatures
//
// Who holds a handle is shown by X-KEZ-Auth alone, judged in the order of
// KEZ-RELAY-038 in one place.
package server
