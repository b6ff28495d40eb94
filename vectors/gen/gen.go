// Package gen makes the vectors: every file of the folder above but the
// written lists and pages. It builds sound documents, puts one fault into
// each, and never imports an implementation, so that a mistake there cannot
// become an expectation here.
//
// # Determinism
//
// Keys, nonces and the clock are constants. The same source gives the same
// bytes.
package gen

import (
	"bytes"
	"compress/gzip"
	"strings"

	"kez.lat/kez/vectors"
)

// topics makes the files, in this order.
func topics() []*topic {
	b := &book{cases: map[string]vectors.Case{}}
	for _, make := range []func(*book){
		identityTopic, jsonTopic, envelopeTopic, claimTopic, compactTopic, shortTopic, encodeTopic, keysTopic, chainTopic, bundleTopic, verifyTopic, messageTopic,
		markdownTopic, dnsTopic, scanTopic, channelTopic, ranksTopic,
	} {
		make(b)
	}
	return b.topics
}

// Files makes every generated file, by its name below the vectors folder.
// Names that end in .gz hold what is to be compressed.
func Files() map[string][]byte {
	files := map[string][]byte{
		"keys.json":         keysFile(),
		"times_valid.txt":   timeLines("Times that signed data may hold, one a line.", goodTimes),
		"times_invalid.txt": timeLines("Texts that are no times in signed data, one a line.", badTimes),
	}
	for _, t := range topics() {
		files[t.name+".json"] = page(vectors.Topic{
			Schema: "schema/cases.schema.json", Topic: t.name, About: t.about, Cases: t.cases,
		})
		for name, data := range t.blobs {
			files[name] = data
		}
		if t.name == "identity" {
			files["identity_valid.txt"], files["identity_invalid.txt"] = identityLines(t)
		}
	}
	return files
}

// Pack compresses a blob.
func Pack(data []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func keysFile() []byte {
	var keys []vectors.Key
	for _, p := range people() {
		k := vectors.Key{
			Name: p.name, System: "ed25519", Secret: tohex(p.secret), Public: tohex(p.public),
			Identity: p.id, Phrase: p.phrase,
		}
		if p.alg == algNostr {
			k.System, k.Nsec = "nostr", nsec(p.secret)
		}
		keys = append(keys, k)
	}
	return page(struct {
		Schema string        `json:"$schema"`
		Keys   []vectors.Key `json:"keys"`
	}{"schema/keys.schema.json", keys})
}

// identityLines are the signed identities of the topic that fit on a line.
func identityLines(t *topic) (valid, invalid []byte) {
	good := "# Identities that signed data may hold, one a line.\n"
	bad := "# Identities that signed data must not hold, one a line.\n"
	for _, c := range t.cases {
		text, err := c.Bytes("text")
		if err != nil || c.Text("mode") != "signed" || len(text) == 0 || !plain(text) || strings.ContainsAny(string(text), "\r\n") {
			continue
		}
		if c.Expect.Reject == nil {
			good += string(text) + "\n"
		} else {
			bad += string(text) + "\n"
		}
	}
	return []byte(good), []byte(bad)
}
