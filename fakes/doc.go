// Package fakes runs a world: stand-ins on loopback for DNS, GitHub, nostr,
// Bluesky, ActivityPub, the web and sigchain stores, loaded from one folder or
// archive.
//
// # What a world is
//
// Folders whose names start with an underline, each the folder of one fake:
//
//	_dns/      see dnsfake: a.test.zone, faults.json, options.json
//	_github/   see githubfake
//	_nostr/    a folder for each relay, see nostrfake: event files, faults.json
//	_bluesky/  see blueskyfake
//	_ap/       see apfake
//	_web/      see webfake: HOST/PATH, faults.json and others
//	_store/    a folder for each store, see storefake: chains, faults.json
//
// They stand in a folder, beside whatever else is there, or in a txtar archive.
// Another folder with an underline is an error, and so is a file that its fake
// does not know.
//
// # Nothing gets out
//
// All fakes run, also those the world has no folder for: a program that asks
// them is answered and the request listed by Unknown. A world without relays
// has one that is empty. One without stores says so: KEZ_SIG_SERVER is none.
//
// # Faults and history
//
// Faults stand in the folders, or are set on the fakes, which are members of
// World. History and Unknown are lines, the fake's name first:
//
//	dns udp TXT _kez.a.test. edns=1232
//	github GET api.github.com/users/alice/gists?per_page=100
//	nostr/one conn 1 ["CLOSE","kez"]
//	store/one GET store/v1/sigchains/ed25519/3b6a…
//
// Nothing in these packages imports the implementation or the vectors: a fake
// that shared code with what it tests would share its errors.
package fakes
