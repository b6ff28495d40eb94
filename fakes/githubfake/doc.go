// Package githubfake is GitHub as a verifier sees it: the API for
// KEZ_GITHUB_API_URL, and the two hosts of raw content for KEZ_GITHUB_RAW_URL.
//
// # What it answers
//
// The API: /users/LOGIN and its gists, the same below /user/ID where next links
// lead, /gists/ID with revisions, comments and forks, the README of a
// repository, /rate_limit; with Link, ETag, the headers of the rate limit, 401
// for a token it does not know and 403 for a client without a name. Raw
// content: gist files by blob or as they are now, and files of repositories.
// The API and the raw hosts have an address each, so that a token that goes
// astray is seen. Of a user who took another name the API knows nothing, while
// raw content stays under the old one; both are as on GitHub. Anything else is
// an unknown request.
//
// # Three sets of methods
//
// Data: [Server.AddUser], [Server.AddGist], [Server.UpdateGist],
// [Server.DeleteGist], [Server.SetReadme], [Server.SetFile], [Server.Rename],
// [Server.Tokens], [Server.PageSize]. Faults and history are those of
// [kez.lat/kez/fakes/httpfake], where patterns are explained, with
// [Server.RateLimit] besides; [PrimaryLimit], [SecondaryLimit] and [Moved] are
// the service's own faults.
//
// # Folder of a world
//
//	alice/user.json           {"id": 7, "login": "Alice", "name": "", "bio": ""},
//	                          all optional; without it all follows from the name
//	alice/README.md           of the repository alice/alice
//	alice/gists/1/kez.md      a file of the gist 1
//	alice/gists/1@1/kez.md    the same in its first revision, 1@2 the second
//	alice/gists/1.json        facts of the gist: {"owner": "mallory", "fork_of": "2",
//	                          "secret": true, "description": "",
//	                          "raw_urls": {"kez.md": "http://127.0.0.1:22/"},
//	                          "comments": [{"login": "bob", "body": ""}]}
//	options.json              {"page_size": 2, "tokens": ["secret"]}
//	faults.json               as httpfake says
//
// Gists count in the order of their names, numbers by value; the last one is
// the newest and listed first. Their ids are unique over all users. Any other
// file is an error.
package githubfake
