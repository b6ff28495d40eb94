package kez

// Code is an entry of the error registry (spec/errors.md). The registry is
// append-only and the same in every implementation, on the wire and in --json.
type Code string

// Error makes a Code a target for errors.Is.
func (c Code) Error() string { return string(c) }

// Input as a whole.
const (
	InputEmpty    Code = "input.empty"
	InputTooLarge Code = "input.too_large"
)

// The strict JSON reader.
const (
	JSONSyntax          Code = "json.syntax"
	JSONBOM             Code = "json.bom"
	JSONInvalidUTF8     Code = "json.invalid_utf8"
	JSONLoneSurrogate   Code = "json.lone_surrogate"
	JSONTrailingData    Code = "json.trailing_data"
	JSONDepth           Code = "json.depth"
	JSONDuplicateMember Code = "json.duplicate_member"
	JSONUnknownMember   Code = "json.unknown_member"
	JSONNumber          Code = "json.number"
	JSONType            Code = "json.type"
)

// The envelope around every signed payload.
const (
	EnvelopeNotObject    Code = "envelope.not_object"
	EnvelopeTypeMismatch Code = "envelope.type_mismatch"
)

// Identities.
const (
	IdentityInvalid      Code = "identity.invalid"
	IdentityNotCanonical Code = "identity.not_canonical"
	IdentitySecretKey    Code = "identity.secret_key"
)

// Public keys.
const (
	KeyLowOrder   Code = "key.low_order"
	KeyNotOnCurve Code = "key.not_on_curve"
)

// The signature block.
const (
	SignatureMissing        Code = "signature.missing"
	SignatureAlgUnknown     Code = "signature.alg_unknown"
	SignatureAlgKeyMismatch Code = "signature.alg_key_mismatch"
	SignatureKeyMismatch    Code = "signature.key_mismatch"
	SignatureEncoding       Code = "signature.encoding"
	SignatureLength         Code = "signature.length"
	SignatureInvalid        Code = "signature.invalid"
)

// Claim payloads, and the two statuses a claim can take.
const (
	ClaimVersion              Code = "claim.version"
	ClaimSubjectMissing       Code = "claim.subject_missing"
	ClaimPrimaryMissing       Code = "claim.primary_missing"
	ClaimCreatedAt            Code = "claim.created_at"
	ClaimCreatedAtFuture      Code = "claim.created_at_future"
	ClaimExpiresAt            Code = "claim.expires_at"
	ClaimExpiresBeforeCreated Code = "claim.expires_before_created"
	ClaimExpired              Code = "claim.expired"
	ClaimRevoked              Code = "claim.revoked"
)

// The kez:z1: and kez:zc1: encodings.
const (
	CompactPrefix         Code = "compact.prefix"
	CompactPrefixUnknown  Code = "compact.prefix_unknown"
	CompactBase64         Code = "compact.base64"
	CompactNotZstd        Code = "compact.not_zstd"
	CompactTruncated      Code = "compact.truncated"
	CompactTrailingData   Code = "compact.trailing_data"
	CompactMultipleFrames Code = "compact.multiple_frames"
	CompactSkippableFrame Code = "compact.skippable_frame"
	CompactDictionary     Code = "compact.dictionary"
	CompactWindowTooLarge Code = "compact.window_too_large"
	CompactTooLarge       Code = "compact.too_large"
	CompactChecksum       Code = "compact.checksum"
	CompactCorrupt        Code = "compact.corrupt"
)

// The kez:b1: encoding.
const (
	ShortMalformed    Code = "short.malformed"
	ShortNotEncodable Code = "short.not_encodable"
)

// Markdown proofs.
const (
	MarkdownNoFence       Code = "markdown.no_fence"
	MarkdownUnclosedFence Code = "markdown.unclosed_fence"
)

// Texts searched for proofs.
const (
	ProofNoProof   Code = "proof.no_proof"
	ProofAmbiguous Code = "proof.ambiguous"
)

// Offline decoding of TXT records and zone text.
const (
	DNSCorrupt  Code = "dns.corrupt"
	DNSTooLarge Code = "dns.too_large"
)

// Sigchains.
const (
	SigchainSyntax         Code = "sigchain.syntax"
	SigchainVersion        Code = "sigchain.version"
	SigchainCreatedAt      Code = "sigchain.created_at"
	SigchainPrimaryChanged Code = "sigchain.primary_changed"
	SigchainSeq            Code = "sigchain.seq"
	SigchainFirstSeq       Code = "sigchain.first_seq"
	SigchainGap            Code = "sigchain.gap"
	SigchainOrder          Code = "sigchain.order"
	SigchainDuplicateSeq   Code = "sigchain.duplicate_seq"
	SigchainFork           Code = "sigchain.fork"
	SigchainPrevMissing    Code = "sigchain.prev_missing"
	SigchainPrevOnFirst    Code = "sigchain.prev_on_first"
	SigchainPrevEncoding   Code = "sigchain.prev_encoding"
	SigchainPrevMismatch   Code = "sigchain.prev_mismatch"
	SigchainOpArguments    Code = "sigchain.op_arguments"
	SigchainClosed         Code = "sigchain.closed"
	SigchainRotationLoop   Code = "sigchain.rotation_loop"
	SigchainRollback       Code = "sigchain.rollback"
	SigchainTooLong        Code = "sigchain.too_long"
	SigchainEmpty          Code = "sigchain.empty"
)

// Proof channels.
const (
	ChannelUnreachable     Code = "channel.unreachable"
	ChannelRateLimited     Code = "channel.rate_limited"
	ChannelBadContent      Code = "channel.bad_content"
	ChannelTooLarge        Code = "channel.too_large"
	ChannelAccountMissing  Code = "channel.account_missing"
	ChannelNotFound        Code = "channel.not_found"
	ChannelCorrupt         Code = "channel.corrupt"
	ChannelSubjectMismatch Code = "channel.subject_mismatch"
	ChannelOwnerMismatch   Code = "channel.owner_mismatch"
	ChannelUnknownSystem   Code = "channel.unknown_system"
)

// The X-KEZ-Auth header.
const (
	AuthMissing   Code = "auth.missing"
	AuthMalformed Code = "auth.malformed"
	AuthStale     Code = "auth.stale"
	AuthFuture    Code = "auth.future"
	AuthInvalid   Code = "auth.invalid"
	AuthReplayed  Code = "auth.replayed"
)

// The relay's directory.
const (
	HandleInvalid      Code = "handle.invalid"
	HandleReserved     Code = "handle.reserved"
	HandleTaken        Code = "handle.taken"
	HandlePrimaryTaken Code = "handle.primary_taken"
	HandleUnknown      Code = "handle.unknown"
	HandleWrongServer  Code = "handle.wrong_server"
	HandleStale        Code = "handle.stale"
)

// Chat messages.
const (
	MessageTooLarge      Code = "message.too_large"
	MessageNotForMe      Code = "message.not_for_me"
	MessageFromSelf      Code = "message.from_self"
	MessageReplayed      Code = "message.replayed"
	MessageStale         Code = "message.stale"
	MessageUndecryptable Code = "message.undecryptable"
	MessageVersion       Code = "message.version"
	MessageQuota         Code = "message.quota"
	MessagePolicy        Code = "message.policy"
	MessageBlocked       Code = "message.blocked"
	MessagePeerChanged   Code = "message.peer_changed"
)

// Servers.
const (
	HTTPMethod      Code = "http.method"
	HTTPMediaType   Code = "http.media_type"
	HTTPBadRequest  Code = "http.bad_request"
	HTTPNotFound    Code = "http.not_found"
	HTTPRateLimited Code = "http.rate_limited"
	HTTPUnavailable Code = "http.unavailable"
	HTTPStorageFull Code = "http.storage_full"
	HTTPInternal    Code = "http.internal"
)

// The command line.
const (
	CLIUsage    Code = "cli.usage"
	CLIFile     Code = "cli.file"
	CLIKeyStore Code = "cli.key_store"
	CLILocked   Code = "cli.locked"
)

// Codes lists the whole registry, in its order.
func Codes() []Code {
	return []Code{
		InputEmpty, InputTooLarge,
		JSONSyntax, JSONBOM, JSONInvalidUTF8, JSONLoneSurrogate, JSONTrailingData, JSONDepth, JSONDuplicateMember, JSONUnknownMember, JSONNumber, JSONType,
		EnvelopeNotObject, EnvelopeTypeMismatch,
		IdentityInvalid, IdentityNotCanonical, IdentitySecretKey,
		KeyLowOrder, KeyNotOnCurve,
		SignatureMissing, SignatureAlgUnknown, SignatureAlgKeyMismatch, SignatureKeyMismatch, SignatureEncoding, SignatureLength, SignatureInvalid,
		ClaimVersion, ClaimSubjectMissing, ClaimPrimaryMissing, ClaimCreatedAt, ClaimCreatedAtFuture, ClaimExpiresAt, ClaimExpiresBeforeCreated, ClaimExpired, ClaimRevoked,
		CompactPrefix, CompactPrefixUnknown, CompactBase64, CompactNotZstd, CompactTruncated, CompactTrailingData, CompactMultipleFrames, CompactSkippableFrame, CompactDictionary, CompactWindowTooLarge, CompactTooLarge, CompactChecksum, CompactCorrupt,
		ShortMalformed, ShortNotEncodable,
		MarkdownNoFence, MarkdownUnclosedFence,
		ProofNoProof, ProofAmbiguous,
		DNSCorrupt, DNSTooLarge,
		SigchainSyntax, SigchainVersion, SigchainCreatedAt, SigchainPrimaryChanged, SigchainSeq, SigchainFirstSeq, SigchainGap, SigchainOrder, SigchainDuplicateSeq, SigchainFork, SigchainPrevMissing, SigchainPrevOnFirst, SigchainPrevEncoding, SigchainPrevMismatch, SigchainOpArguments, SigchainClosed, SigchainRotationLoop, SigchainRollback, SigchainTooLong, SigchainEmpty,
		ChannelUnreachable, ChannelRateLimited, ChannelBadContent, ChannelTooLarge, ChannelAccountMissing, ChannelNotFound, ChannelCorrupt, ChannelSubjectMismatch, ChannelOwnerMismatch, ChannelUnknownSystem,
		AuthMissing, AuthMalformed, AuthStale, AuthFuture, AuthInvalid, AuthReplayed,
		HandleInvalid, HandleReserved, HandleTaken, HandlePrimaryTaken, HandleUnknown, HandleWrongServer, HandleStale,
		MessageTooLarge, MessageNotForMe, MessageFromSelf, MessageReplayed, MessageStale, MessageUndecryptable, MessageVersion, MessageQuota, MessagePolicy, MessageBlocked, MessagePeerChanged,
		HTTPMethod, HTTPMediaType, HTTPBadRequest, HTTPNotFound, HTTPRateLimited, HTTPUnavailable, HTTPStorageFull, HTTPInternal,
		CLIUsage, CLIFile, CLIKeyStore, CLILocked,
	}
}
