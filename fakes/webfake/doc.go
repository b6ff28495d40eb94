// Package webfake is all the web sites of a test: files and redirects of any
// host, behind one address for KEZ_WEB_BASE_URL.
//
// A path that a host lacks is 404, as on any site. A host that was never named
// is an unknown request: nothing can be asked of a host that is not there.
//
// # Three sets of methods
//
// Data: [Server.AddHost], [Server.Put], [Server.Redirect], [Server.Remove].
// Faults and history are those of [kez.lat/kez/fakes/httpfake], where patterns
// are explained; slow, endless and packed bodies are faults.
//
// # Folder of a world
//
//	example.com/.well-known/kez.json   a file; its type follows from its name
//	redirects.json   {"example.com/old": "https://example.com/new"}, each a 301
//	hosts.json       ["empty.test"]: hosts that have no file
//	faults.json      as httpfake says
//
// Any other file at the top is an error.
package webfake
