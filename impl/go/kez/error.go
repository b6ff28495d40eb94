package kez

import (
	"errors"
	"fmt"
)

// Error is one failure: a registry code, a sentence that names what is wrong,
// and, where there is something to do about it, a hint.
type Error struct {
	Code    Code
	Message string
	Hint    string
	// At is the line of a chain the fault stands in, counted from 1; 0 is none.
	At int
	// Cause is the inner code of an error that wraps another reading, such as
	// dns.corrupt around compact.base64; empty where there is none.
	Cause Code
	err   error
}

// Errorf makes an error with a code and a sentence; a %w operand is unwrapped
// as with fmt.Errorf.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), err: errors.Unwrap(wrapped)}
}

// WithHint sets the hint and returns the same error.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// AtLine sets the line and returns the same error.
func (e *Error) AtLine(line int) *Error {
	e.At = line
	return e
}

// WithCause records the code of an inner error and returns the same error.
func (e *Error) WithCause(err error) *Error {
	e.Cause = CodeOf(err)
	e.err = err
	return e
}

// Error gives the sentence alone; callers that print the code take it from Code.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the wrapped error, nil where there is none.
func (e *Error) Unwrap() error { return e.err }

// Is makes errors.Is(err, code) true for the error's own code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// CodeOf returns the code of the outermost *Error in err's chain, or "".
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
