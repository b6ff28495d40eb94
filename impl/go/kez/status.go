package kez

import "strings"

// Status is the verdict on a proof or a chain.
type Status string

// The five statuses of the existing builds, then the three that say why a proof
// was not accepted (KEZ-VERIFY).
const (
	Valid       Status = "valid"
	Revoked     Status = "revoked"
	Expired     Status = "expired"
	Unreachable Status = "unreachable"
	Fork        Status = "fork"

	Invalid         Status = "invalid"
	NotFound        Status = "not_found"
	SubjectMismatch Status = "subject_mismatch"
)

// Exit codes of every command.
const (
	ExitOK          = 0
	ExitRefused     = 1
	ExitUsage       = 2
	ExitUnreachable = 3
)

// StatusOf maps the code of a verification to its status; "" is valid. The
// second result is false for codes that no verification ends with.
//
// markdown.no_fence and input.empty are not_found only where a channel was
// searched; reading a file they are invalid.
func StatusOf(code Code, searched bool) (Status, bool) {
	switch code {
	case "":
		return Valid, true
	case ChannelUnreachable, ChannelRateLimited, ChannelBadContent, ChannelTooLarge,
		SigchainRollback, CLIFile:
		return Unreachable, true
	case ChannelNotFound, ChannelAccountMissing, ProofNoProof:
		return NotFound, true
	case MarkdownNoFence, InputEmpty:
		if searched {
			return NotFound, true
		}
		return Invalid, true
	case ChannelSubjectMismatch, ChannelOwnerMismatch:
		return SubjectMismatch, true
	case SigchainFork:
		return Fork, true
	case ClaimRevoked:
		return Revoked, true
	case ClaimExpired:
		return Expired, true
	case CLIUsage, CLIKeyStore, CLILocked, ChannelUnknownSystem, ShortNotEncodable:
		return "", false
	}
	switch group, _, _ := strings.Cut(string(code), "."); group {
	case "auth", "handle", "message", "http":
		return "", false
	}
	return Invalid, true
}

// Exit gives the exit code of a verification that ended in this status.
func (s Status) Exit() int {
	switch s {
	case Valid:
		return ExitOK
	case Unreachable:
		return ExitUnreachable
	}
	return ExitRefused
}

// ExitOf gives the exit code of a command that failed with code outside a
// verdict: 2 for a wrong command line, 3 where it could not look, else 1. An
// identity that a person typed is part of the command line; callers say so,
// since the same codes come out of files.
func ExitOf(code Code) int {
	switch code {
	case "":
		return ExitOK
	case CLIUsage, ChannelUnknownSystem:
		return ExitUsage
	case HTTPRateLimited, HTTPUnavailable, HTTPStorageFull, HTTPInternal:
		return ExitUnreachable
	}
	if status, ok := StatusOf(code, false); ok {
		return status.Exit()
	}
	return ExitRefused
}
