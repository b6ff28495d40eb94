package example

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

func TestWorldHasAllChannels(t *testing.T) {
	text, err := World()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range txtar.Parse([]byte(text)).Files {
		folder, _, _ := strings.Cut(file.Name, "/")
		seen[folder] = true
	}
	for _, folder := range []string{"_dns", "_github", "_nostr", "_bluesky", "_ap", "_web", "_store"} {
		if !seen[folder] {
			t.Errorf("no file in %s", folder)
		}
	}
	// The key of the nsec in NIP-19.
	if npub := "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"; !strings.Contains(text, "nostr:"+npub) {
		t.Errorf("no proof for %s", npub)
	}
}
