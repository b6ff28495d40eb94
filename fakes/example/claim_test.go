package example

import (
	"strings"
	"testing"
)

// The values are those of the examples in the specification.
func TestSignAsSpecified(t *testing.T) {
	github, err := Sign(make([]byte, 32), "github:alice", 1767323045, 0)
	if err != nil {
		t.Fatal(err)
	}
	const sig = "df54fbd3201e96587a778eccc6d7a377fd1c4533cd61ebcf8ba3eabfce76ffab90f9e854432c9f6227784d0a8a5763da3373332eb18be6243a2a1e791776d802"
	if github.Signature.Sig != sig {
		t.Errorf("signature %s", github.Signature.Sig)
	}
	short, err := github.Short()
	if err != nil {
		t.Fatal(err)
	}
	const token = "kez:b1:AQE7aie8zrakLWKjqNAqbw1zZTIVdx3iQ6Y6wEihi1naKd9U-9MgHpZYeneOzMbXo3f9HEUzzWHrz4uj6r_Odv-rkPnoVEMsn2IneE0Kildj2jNzMy6xi-YkOioeeRd22AKl69zKBgBnaXRodWI6YWxpY2U"
	if short != token {
		t.Errorf("short form %s", short)
	}
	markdown, err := github.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"# KEZ proof\n\nSubject: github:alice\nPrimary: ed25519:3b6a27bc",
		"\n\n```kez\n{\n  \"kez\": \"claim\",\n  \"payload\": {\n    \"type\": \"kez.claim\",\n    \"version\": 1,\n",
		"\"\n  }\n}\n```\n",
	} {
		if !strings.Contains(markdown, part) {
			t.Errorf("the Markdown form lacks %q:\n%s", part, markdown)
		}
	}
	expiring, err := Sign(make([]byte, 32), "dns:alice.example", 1767323045, 1798859045)
	if err != nil {
		t.Fatal(err)
	}
	const expiringSig = "5276a0f7c76ef95b4bcce746b131a8cd69be16a9ca7ffd98788fbddd806cd5c90118bb8b7eae0bbbacf1b6758d48b0db5cf22ecf7d11b00ba5c760bfe5ac9c09"
	if expiring.Signature.Sig != expiringSig {
		t.Errorf("signature of the claim that expires: %s", expiring.Signature.Sig)
	}
}
