package example

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/tools/txtar"

	"kez.lat/kez/fakes/nostrfake"
)

// created is the time of all proofs: 2026-01-02T03:04:05Z.
const created = 1767323045

// nostrSecret is the secret of the nostr account, the one printed in NIP-19.
const nostrSecret = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"

// proof is where one proof goes: the file, and what stands in it.
type proof struct {
	subject string
	file    string
	write   func(Claim) (string, error)
}

// World is the example as a txtar archive.
func World() (string, error) {
	_, npub, err := nostrfake.Public(nostrSecret)
	if err != nil {
		return "", err
	}
	proofs := []proof{
		{"dns:alice.example", "_dns/alice.example.zone", func(c Claim) (string, error) {
			return around(c.Short)("_kez.alice.example. 3600 IN TXT \"%s\"\n")
		}},
		{"github:alice", "_github/alice/gists/1/kez.md", Claim.Markdown},
		{"nostr:" + npub, "_nostr/one/profile.json", profile},
		{"bluesky:alice.example", "_bluesky/alice.example/1.txt", func(c Claim) (string, error) {
			return around(c.Short)("This account is mine.\n\n%s\n")
		}},
		{"ap:alice@social.example", "_ap/social.example/alice.json", actor},
		{"web:alice.example", "_web/alice.example/.well-known/kez.json", Claim.JSON},
	}
	archive := &txtar.Archive{}
	primary := ""
	var subjects, commands []string
	for _, p := range proofs {
		claim, err := Sign(make([]byte, 32), p.subject, created, 0)
		if err != nil {
			return "", err
		}
		primary = claim.Payload.Primary
		text, err := p.write(claim)
		if err != nil {
			return "", err
		}
		archive.Files = append(archive.Files, txtar.File{Name: p.file, Data: []byte(text)})
		subjects, commands = append(subjects, p.subject), append(commands, "  kez verify id "+p.subject)
	}
	chain, err := Chain(make([]byte, 32), created, subjects...)
	if err != nil {
		return "", err
	}
	archive.Files = append(archive.Files, txtar.File{Name: "_store/one/ed25519_" + strings.TrimPrefix(primary, "ed25519:") + ".jsonl", Data: []byte(chain)})
	archive.Comment = fmt.Appendf(nil, `A world in which one key has proved six accounts, and a store has its chain. Save it as world.txtar, run

  kez-fakes serve world.txtar

and, in another shell, after the export lines that this prints:

%s

The key is that of the seed of 64 zeros, for trying things out and nothing else.

`, strings.Join(commands, "\n"))
	return string(txtar.Format(archive)), nil
}

// around puts one form of a claim into a text.
func around(form func() (string, error)) func(format string) (string, error) {
	return func(format string) (string, error) {
		text, err := form()
		return fmt.Sprintf(format, text), err
	}
}

// profile is a kind 0 event with the proof in "about", as clients show it.
func profile(c Claim) (string, error) {
	token, err := c.Short()
	if err != nil {
		return "", err
	}
	content, err := json.Marshal(map[string]string{"name": "alice", "about": "My KEZ proof: " + token})
	if err != nil {
		return "", err
	}
	return indented(map[string]any{
		"secret": nostrSecret, "kind": 0, "tags": [][]string{}, "content": string(content), "created_at": created,
	})
}

// actor is an account with the proof in a field of its profile.
func actor(c Claim) (string, error) {
	token, err := c.Short()
	if err != nil {
		return "", err
	}
	return indented(map[string]any{
		"name": "Alice", "summary": "<p>Hello.</p>",
		"fields": []map[string]string{{"name": "KEZ", "value": token}},
	})
}

func indented(value any) (string, error) {
	text, err := encode(value, "  ")
	return string(text) + "\n", err
}
