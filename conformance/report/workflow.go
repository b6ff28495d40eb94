package report

import "slices"

// workflows are the groups of operations, in the order in which a person meets
// them.
var workflows = []struct {
	name string
	ops  []string
}{
	{"Identities and keys", []string{"identity.parse", "key.phrase", "key.nsec"}},
	{"Strict JSON", []string{"json.canonicalize"}},
	{"Signatures", []string{"ed25519.verify", "bip340.verify", "bip340.pubkey"}},
	{"Making proofs", []string{"claim.sign", "claim.encode"}},
	{"Verifying proofs", []string{"claim.verify"}},
	{"Finding proofs in text and DNS", []string{"text.scan", "txt.read"}},
	{"Verifying identities", []string{"identity.verify"}},
	{"Sigchains", []string{"sigchain.verify", "sigchain.bundle.decode", "sigchain.sign"}},
	{"Messages", []string{"message.seal", "message.open"}},
}

// otherWorkflow holds operations that no group names.
const otherWorkflow = "Other"

// Workflow gives the group of an operation.
func Workflow(op string) string {
	for _, w := range workflows {
		if slices.Contains(w.ops, op) {
			return w.name
		}
	}
	return otherWorkflow
}

// Workflows lists the groups in their order.
func Workflows() []string {
	var names []string
	for _, w := range workflows {
		names = append(names, w.name)
	}
	return append(names, otherWorkflow)
}
