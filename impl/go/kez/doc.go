// Package kez holds the words every other package speaks: identities, times,
// statuses and the registry of error codes.
//
// # Identities
//
// An [Identity] is a `system:value` pair in its canonical spelling. Signed data
// is read with [ParseSigned], which never normalises; what a person typed is
// read with [ParseTyped], which does.
//
// # Errors
//
// Every failure is an [*Error] with a [Code] of spec/errors.md. Codes are
// errors themselves, so errors.Is(err, kez.SignatureInvalid) works.
//
// The package does no I/O and knows no clock.
package kez
