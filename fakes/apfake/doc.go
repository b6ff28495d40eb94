// Package apfake is all the ActivityPub servers of a test: WebFinger and actor
// documents of any host, behind one address for KEZ_AP_BASE_URL.
//
// # What it answers
//
// /.well-known/webfinger as RFC 7033 says, in the manner of Mastodon: 400
// without a resource, 404 for a stranger, links filtered by rel. An actor at
// its place, as application/activity+json to those who accept that and as a
// page of HTML to all others. An account whose name is on one host and whose
// actor on another (WebHost) is found from both. A host that was never named
// and any other well-known path are unknown requests.
//
// # Three sets of methods
//
// Data: [Server.AddHost], [Server.AddActor], [Server.SetWebFinger],
// [Server.Put], [Server.Redirect], [Server.Remove]. Faults and history are
// those of [kez.lat/kez/fakes/httpfake], where patterns are explained;
// [SecureMode] and [Gone] are faults that Mastodon knows.
//
// # Folder of a world
//
//	social.example/alice.json            an actor: with "type" or "@context" a
//	                                     document, served byte for byte; else
//	                                     the members of [Actor]
//	social.example/alice.webfinger.json  the answer about acct:alice@social.example
//	                                     on that host, byte for byte
//	redirects.json   {"old.example/.well-known/webfinger": "https://social.example/.well-known/webfinger"}
//	hosts.json       ["empty.example"]: hosts without accounts
//	faults.json      as httpfake says
//
// A document is served at its id where that is a URL of its host, else at
// https://HOST/users/NAME. Any other file is an error.
package apfake
