package gen

import "fmt"

func channelGitHub(t *topic) {
	t.group("identity.verify", "CHAN-001 CHAN-031", "Anybody can write a gist; only the account's own, as it is now, counts.")
	c := channel(t, "github:alice")
	const faults, user, gist, readme = "_github/faults.json", "_github/alice/user.json", "_github/alice/gists/1/kez.md", "_github/alice/README.md"
	proof := markdown(c.claim)
	plain, empty := world{gist: proof}, world{user: "{}\n"}
	wrong := func(on string, members js1) world { return plain.with(world{faults: fault(on, members)}) }
	const api, raw = "api.github.com/**", "gist.githubusercontent.com/**"
	numbered := func(n int, last string) world {
		w := world{"_github/options.json": js(js1{"page_size": 1}), gist: last}
		for i := 2; i <= n; i++ {
			w[fmt.Sprintf("_github/alice/gists/%d/note.txt", i)] = "nothing\n"
		}
		return w
	}

	c.ok("github", "a gist with the file kez.md", "markdown", plain, "CHAN-001 CHAN-031 CHAN-034 CHAN-035 CHAN-037 VERIFY-017", wire)
	c.ok("github-other-file", "a gist with another Markdown file", "markdown", world{"_github/alice/gists/1/proof.md": proof}, "CHAN-034", wire)
	c.ok("github-login-case", "the account writes its name with a capital", "markdown", plain.with(world{user: js(js1{"login": "Alice"})}), "CHAN-032")
	c.ok("github-page-two", "the gist on the second page", "markdown", numbered(2, proof), "CHAN-031 CHAN-028")
	c.ok("github-readme", "the README of the profile", "markdown", empty.with(world{readme: proof}), "CHAN-036 CHAN-027 CHAN-037")
	c.ok("github-readme-gist-broken", "a damaged gist and a sound README", "markdown", world{gist: fenced("{"), readme: proof}, "CHAN-036 CHAN-016")
	c.ok("github-gist-unread", "a gist that cannot be fetched and a sound README", "markdown",
		world{gist: proof, readme: proof, faults: fault(raw, js1{"status": 503})}, "CHAN-016 CHAN-036")
	c.ok("github-next-gist", "a damaged gist before a sound one", "markdown", plain.with(world{"_github/alice/gists/2/kez.md": fenced("{")}), "CHAN-016")

	c.bad("github-unavailable", "github", "the API answers 503", "channel.unreachable", wrong(api, js1{"status": 503}), "CHAN-008 CHAN-017")
	c.bad("github-refused", "github", "the API answers 403 with requests left", "channel.unreachable",
		wrong(api, js1{"status": 403, "headers": js1{"X-RateLimit-Remaining": "10"}, "json": js1{"message": "Forbidden"}}), "CHAN-008")
	c.bad("github-rate", "github", "the API's limit is used up", "channel.rate_limited",
		wrong(api, js1{"status": 403, "headers": js1{"X-RateLimit-Remaining": "0"}, "json": js1{"message": "Forbidden"}}), "CHAN-038 CHAN-009")
	c.bad("github-rate-429", "github", "the API answers 429", "channel.rate_limited",
		wrong(api, js1{"status": 429, "headers": js1{"X-RateLimit-Remaining": "0"}, "json": js1{"message": "API rate limit exceeded"}}), "CHAN-038 CHAN-009")
	c.bad("github-html", "github", "a page of HTML in the place of the list", "channel.bad_content", wrong(api, js1{"type": "text/html", "body": "<html>Sign in</html>"}), "CHAN-010")
	c.bad("github-no-account", "github", "no such account", "channel.account_missing", world{"_github/bob/user.json": "{}\n"}, "CHAN-038 CHAN-011")
	c.bad("github-nothing", "github", "an account without gists and README", "channel.not_found", empty, "CHAN-012")
	c.bad("github-no-proof", "github", "a gist without a proof", "channel.not_found", world{gist: "# Notes\n"}, "CHAN-012")
	c.bad("github-text-file", "github-other-file", "the proof in a file that is no Markdown", "channel.not_found", world{"_github/alice/gists/1/kez.txt": proof}, "CHAN-034")
	c.bad("github-second-file", "github-other-file", "a file kez.md without the proof beside it", "channel.not_found", world{gist: "# Notes\n", "_github/alice/gists/1/proof.md": proof}, "CHAN-034")
	c.bad("github-old-revision", "github", "the proof taken out of the gist again", "channel.not_found", world{"_github/alice/gists/1@1/kez.md": proof, gist: "# Notes\n"}, "CHAN-007")
	c.bad("github-other-owner", "github", "the gist belongs to another account", "channel.owner_mismatch", plain.with(world{"_github/alice/gists/1.json": js(js1{"owner": "mallory"})}), "CHAN-033 CHAN-032")
	c.bad("github-gist-down", "github", "the gist's file cannot be fetched", "channel.unreachable", wrong(raw, js1{"status": 503}), "CHAN-017 CHAN-008 VERIFY-003")
	c.bad("github-raw-elsewhere", "github", "the file's URL is of another host", "channel.bad_content",
		plain.with(world{"_github/alice/gists/1.json": js(js1{"raw_urls": js1{"kez.md": "https://files.example/kez.md"}})}), "CHAN-035 CHAN-026")
	c.bad("github-raw-inside", "github", "the file's URL leads into the own network", "channel.bad_content",
		plain.with(world{"_github/alice/gists/1.json": js(js1{"raw_urls": js1{"kez.md": "http://127.0.0.1:22/"}})}), "CHAN-035 CHAN-026 CHAN-030")
	c.bad("github-raw-redirect", "github", "the file's URL redirects into the own network", "channel.bad_content",
		wrong(raw, js1{"redirect": "https://127.0.0.1/"}), "CHAN-026 CHAN-024 CHAN-030")
	c.bad("github-next-circle", "github-page-two", "the next page is this one", "channel.unreachable",
		world{gist: "# Notes\n", faults: fault("/users/alice/gists", js1{"headers": js1{"Link": `<https://api.github.com/users/alice/gists?per_page=100>; rel="next"`}})}, "CHAN-006 CHAN-005")
	c.bad("github-next-elsewhere", "github-page-two", "the next page is of another host", "channel.unreachable",
		world{gist: "# Notes\n", faults: fault("/users/alice/gists", js1{"headers": js1{"Link": `<https://169.254.169.254/latest>; rel="next"`}})}, "CHAN-006 CHAN-005")
	c.bad("github-11-pages", "github-page-two", "the gist on page 11", "channel.too_large", numbered(11, proof), "CHAN-004 CHAN-003")
	c.bad("github-large-file", "github", "the file is larger than 1 MiB", "channel.too_large", wrong(raw, js1{"endless": true, "type": "text/plain"}), "CHAN-004 CHAN-021")
	c.bad("github-cut", "github", "the JSON in the fence cut", "channel.corrupt", world{gist: fenced(compact(c.claim)[:200] + "\n")}, "CHAN-013 CHAN-037")
	c.bad("github-empty-fence", "github", "an empty fence", "channel.not_found", world{gist: fenced("")}, "CHAN-015")
	c.bad("github-copied", "github", "a proof that was made for another account", "channel.subject_mismatch", world{gist: markdown(claim(alice, "github:mallory"))}, "CHAN-014 VERIFY-005")
}
