// Package keys holds the two signature schemes, the secret keys that sign with
// them, and the written forms of those secrets.
//
// # Verifying
//
// [Verify] and [Verifier] take an identity, a message and 64 bytes. An ed25519
// identity signs the message itself, a nostr identity its SHA-256 (KEZ-SIG).
// The Ed25519 rule is one for all implementations and stricter than any common
// library; see [VerifyEd25519].
//
// # Signing
//
// A [Private] prints and marshals as its public identity, whatever the verb or
// encoder. Only [Private.SecretText] and [Private.Phrase] give the secret away,
// so a search for these two names finds every place that does.
//
// # Cold starts
//
// A command verifies one signature and exits, a server verifies millions. The
// tables that make many verifications cheap are built only once enough of them
// were asked for.
package keys
