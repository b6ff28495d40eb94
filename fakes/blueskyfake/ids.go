package blueskyfake

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"strings"
	"time"
)

// epoch is the time before the first item.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// stamp writes a time as the AppView does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// didOf makes a DID of the shape did:plc has, 24 characters of base32.
func didOf(handle string) string {
	sum := sha256.Sum256([]byte(handle))
	return "did:plc:" + lowerBase32.EncodeToString(sum[:15])
}

// cidOf makes a content id of the shape that records have: version 1, dag-cbor,
// SHA-256. The hash is over the JSON, as nothing here needs the CBOR.
func cidOf(record any) string {
	text, err := json.Marshal(record)
	if err != nil {
		panic(err) // records are made of strings here
	}
	sum := sha256.Sum256(text)
	return "b" + lowerBase32.EncodeToString(append([]byte{1, 0x71, 0x12, 32}, sum[:]...))
}

// tid makes a record key: microseconds and a clock id in sortable base32.
func tid(t time.Time) string {
	const alphabet = "234567abcdefghijklmnopqrstuvwxyz"
	var key strings.Builder
	for v, shift := uint64(t.UnixMicro())<<10, 60; shift >= 0; shift -= 5 {
		key.WriteByte(alphabet[v>>shift&31])
	}
	return key.String()
}
