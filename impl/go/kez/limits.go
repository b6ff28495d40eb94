package kez

// Limits of what is read, in bytes (KEZ-JSON). A limit is a fault at the first
// byte past it.
const (
	// MaxEnvelope bounds one envelope as received, also one decoded from another
	// form.
	MaxEnvelope = 64 << 10
	// MaxChain bounds the JSON lines of a chain.
	MaxChain = 16 << 20
)

// JSONSpace is the white space of RFC 8259, and with it all the white space that
// is trimmed around anything signed.
const JSONSpace = " \t\n\r"
