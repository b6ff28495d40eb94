// Package httpfake is the ground on which the fakes of HTTP services stand:
// listening on loopback, the history of requests, and faults on demand.
//
// # Hosts
//
// A fake listens with [Server.Open]. An address opened for a host stands for
// that host: what is asked there was asked of it, path unchanged. An address
// opened for no host stands for all of them, and the first segment of the path
// names the one meant: BASE/example.com/a is https://example.com/a. The handler
// sees the original host and path in both cases, and writes original URLs.
//
// # Three sets of methods
//
// Data belongs to each fake. Faults: [Server.Fault], [Server.ClearFaults]; none
// is on by itself, none is random. What was asked: [Server.History],
// [Server.Count], [Server.Unknown], [Server.ClearHistory].
//
// # Patterns
//
// A fault is set on [METHOD ][HOST]/PATH[?QUERY]. Without a method or host any
// will do. A * stands for any characters but a slash, /** at the end for
// everything below. QUERY lists parameters that must be there with that value,
// or with any for *; others are free:
//
//	/users/alice/gists
//	raw.githubusercontent.com/**
//	GET /xrpc/app.bsky.feed.getAuthorFeed?cursor=*
//
// Of the faults that match, the one set last applies, and only that one.
//
// # faults.json
//
// In a world folder the faults stand in faults.json, a list of objects with
// "on" and, by name, what the methods of [Fault] do:
//
//	[{"on": "/users/alice/gists", "status": 429, "headers": {"Retry-After": "60"}},
//	 {"on": "/users/bob/gists", "hang": true},
//	 {"on": "a.test/**", "redirect": "http://169.254.169.254/", "status": 301},
//	 {"on": "b.test/**", "gzip_bomb": 10737418240, "type": "application/json"},
//	 {"on": "c.test/**", "merge": {"id": "https://d.test/users/c"}, "times": 1}]
//
// What makes an answer of its own is status, hang, drop, endless, gzip_bomb or
// redirect; without any of them the true answer is changed: headers (an empty
// value removes), type, body, json, merge, gzip, truncate, stall, delay_ms.
// With times and after a fault is for the requests number after+1 to
// after+times alone.
package httpfake
