// Package dnsfake is a DNS server on loopback that answers from zones kept in
// memory and can be told to answer wrongly.
//
// # What it is
//
// One port, UDP and TCP, and DNS over HTTPS messages on request (without the
// TLS). To a client it looks like its resolver: CNAMEs are followed within the
// answer, across zones too, NXDOMAIN differs from an empty NOERROR, answers
// that do not fit are cut on UDP and whole on TCP. A name in no zone is
// answered with REFUSED and listed by Unknown.
//
// # Three sets of methods
//
// Data: AddZone, AddTXT, Remove, Authenticate. Faults, one per name and never
// on by themselves: SetFault, ClearFaults. What was asked: History, Unknown,
// ClearHistory.
//
// # Folder of a world
//
// Load reads a folder and puts it in the place of all data and faults:
//
//	a.test.zone   zone text; the file's name is the origin. TTL 300 where the
//	              text says none. A SOA is made where there is none. Names
//	              outside the origin are an error.
//	faults.json   {"_kez.a.test": {"rcode": "SERVFAIL"}}, members as in Fault
//	options.json  {"authenticated": ["a.test"]}: zones whose answers have AD
//
// Any other file is an error. Bytes that are no text stand as \DDD in zones.
package dnsfake
