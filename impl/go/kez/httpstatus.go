package kez

import "strings"

// HTTPStatusOf gives the HTTP status with which a server answers a failure, and
// 500 for codes that no server answers with (KEZ-ERR-029, 030).
func HTTPStatusOf(code Code) int {
	switch code {
	case HTTPNotFound, HandleUnknown:
		return 404
	case HTTPMethod:
		return 405
	case HandleTaken, HandlePrimaryTaken, SigchainClosed, SigchainFork, SigchainGap, SigchainPrevMismatch:
		return 409
	case InputTooLarge, MessageTooLarge, SigchainTooLong:
		return 413
	case HTTPMediaType:
		return 415
	case SignatureInvalid, KeyLowOrder, KeyNotOnCurve:
		return 422
	case HTTPRateLimited, MessageQuota:
		return 429
	case HTTPUnavailable:
		return 503
	case HTTPStorageFull:
		return 507
	case MessagePolicy, MessageBlocked:
		return 403
	case HTTPBadRequest, InputEmpty:
		return 400
	case HTTPInternal, ClaimExpired, ClaimRevoked, SigchainEmpty, SigchainRollback, SigchainRotationLoop:
		return 500
	}
	switch group, _, _ := strings.Cut(string(code), "."); group {
	case "auth":
		return 401
	case "json", "envelope", "identity", "signature", "claim", "sigchain", "handle":
		return 400
	}
	return 500
}
