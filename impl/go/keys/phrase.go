package keys

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"

	"kez.lat/kez/impl/go/kez"
)

// english is the BIP-39 word list, in alphabetical order, one word a line.
//
//go:embed english.txt
var english string

var englishWords = sync.OnceValue(func() []string { return strings.Fields(english) })

// shortPhraseTag separates the seed of 12 words from every other use of the
// same entropy. There is no PBKDF2: the words are no password (KEZ-KEY).
const shortPhraseTag = "kez-bip39-12-v1"

// NewPhrase makes a phrase of 12 or 24 words; nil stands for the system's
// randomness.
func NewPhrase(words int, random io.Reader) (string, error) {
	if err := checkWordCount(words); err != nil {
		return "", err
	}
	entropy := make([]byte, words/3*4)
	defer clear(entropy)
	if err := fill(entropy, random); err != nil {
		return "", err
	}
	return encodePhrase(entropy), nil
}

func checkWordCount(words int) error {
	switch words {
	case 12, 24:
		return nil
	case 15, 18, 21:
		return kez.Errorf(kez.CLIUsage, "a phrase of %d words is legal BIP-39, but KEZ gives meaning to 12 and 24 words only", words).
			WithHint("make a new phrase with 12 or 24 words")
	}
	return kez.Errorf(kez.CLIUsage, "a phrase has 12 or 24 words, and this one has %d", words).
		WithHint("give all words in their order, separated by spaces")
}

// encodePhrase writes 16 or 32 bytes and their checksum as words.
func encodePhrase(entropy []byte) string {
	checksum := sha256.Sum256(entropy)
	bits := append(slices.Clone(entropy), checksum[0])
	defer clear(bits)
	words := make([]string, len(entropy)/4*3)
	for i := range words {
		index := 0
		for bit := i * 11; bit < i*11+11; bit++ {
			index = index<<1 | int(bits[bit/8]>>(7-bit%8)&1)
		}
		words[i] = englishWords()[index]
	}
	return strings.Join(words, " ")
}

// decodePhrase gives the entropy of a phrase, whatever its case and white
// space. Errors name the place of a word, never the word.
func decodePhrase(phrase string) ([]byte, error) {
	words := strings.Fields(phrase)
	if err := checkWordCount(len(words)); err != nil {
		return nil, err
	}
	bits := make([]byte, len(words)/3*4+1)
	for i, word := range words {
		index, found := slices.BinarySearch(englishWords(), strings.ToLower(word))
		if !found {
			clear(bits)
			return nil, unknownWord(i + 1)
		}
		for j := range 11 {
			bit := i*11 + j
			bits[bit/8] |= byte(index>>(10-j)&1) << (7 - bit%8)
		}
	}
	entropy, given := bits[:len(bits)-1], bits[len(bits)-1]
	checksum := sha256.Sum256(entropy)
	mask := byte(0xff) << (8 - len(words)/3)
	if checksum[0]&mask != given {
		clear(bits)
		return nil, kez.Errorf(kez.CLIUsage, "the checksum of the phrase does not fit: a word is wrong, or two are swapped").
			WithHint("compare each word and their order with what was written down")
	}
	return entropy, nil
}

func unknownWord(place int) error {
	return kez.Errorf(kez.CLIUsage, "word %d of the phrase is not in the English BIP-39 word list, the only one KEZ uses", place).
		WithHint("check the spelling; a phrase in another language belongs to another wallet")
}

// phraseSeed gives the Ed25519 seed: 32 bytes of entropy are it, 16 are hashed.
func phraseSeed(entropy []byte) (seed [32]byte) {
	if len(entropy) == len(seed) {
		copy(seed[:], entropy)
		return seed
	}
	h := sha256.New()
	io.WriteString(h, shortPhraseTag)
	h.Write(entropy)
	h.Sum(seed[:0])
	return seed
}

// fill reads exactly len(dst) random bytes.
func fill(dst []byte, random io.Reader) error {
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, dst); err != nil {
		return kez.Errorf(kez.CLIKeyStore, "the source of randomness failed: %w", err)
	}
	return nil
}
