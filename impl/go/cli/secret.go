package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/keys"
	"kez.lat/kez/impl/go/kez"
)

// maxSecretFile bounds a secret file and KEZ_SECRET, in bytes.
const maxSecretFile = 4096

// secretFlags are the places one secret can come from. Every role of a key has
// its own set, told apart by a prefix: "", "new-", "device-".
type secretFlags struct {
	prefix                    string
	nsec, seed, mnemonic      *once
	file, key                 *once
	environment, usesDefaults bool
}

// addSecretFlags adds the flags of a role. The primary's role, without a
// prefix, also reads KEZ_SECRET and the default key.
func addSecretFlags(cmd *cobra.Command, prefix, whose string) *secretFlags {
	s := &secretFlags{prefix: prefix, environment: prefix == "", usesDefaults: prefix == ""}
	s.key = stringFlag(cmd, prefix+"key", "NAME", "", "a key of the key store "+whose)
	s.file = stringFlag(cmd, prefix+"secret-file", "PATH", "", "a file with the secret "+whose+", - for standard input")
	if prefix != "device-" { // a device is an ed25519 key
		s.nsec = stringFlag(cmd, prefix+"nsec", "NSEC", "", "a nostr secret "+whose+" (visible to other users while it is typed)")
	}
	s.seed = stringFlag(cmd, prefix+"ed25519-seed", "HEX", "", "an Ed25519 seed "+whose+" (visible likewise)")
	s.mnemonic = stringFlag(cmd, prefix+"mnemonic", "PHRASE", "", "a phrase of 12 or 24 words "+whose+" (visible likewise)")
	return s
}

// given lists the flags of the role that were set.
func (s *secretFlags) given() []string {
	var flags []string
	for name, flag := range map[string]*once{"nsec": s.nsec, "ed25519-seed": s.seed, "mnemonic": s.mnemonic, "secret-file": s.file, "key": s.key} {
		if flag != nil && flag.given {
			flags = append(flags, "--"+s.prefix+name)
		}
	}
	return flags
}

// sources tells a person where a secret can come from; the ones that nobody
// else can see come first.
func (s *secretFlags) sources() string {
	hint := "give --" + s.prefix + "key NAME or --" + s.prefix + "secret-file PATH"
	if s.environment {
		hint += ", or set KEZ_SECRET or default_key in config.toml"
	}
	return hint + "; kez identity new --save NAME makes a key"
}

// load reads the secret of the role.
func (a *app) load(s *secretFlags) (*keys.Private, error) {
	defer a.hideSecrets(s)
	given := s.given()
	if len(given) > 1 {
		return nil, usage("these flags exclude each other: %s", strings.Join(sorted(given), ", ")).WithHint("give one of them")
	}
	key, err := a.loadFrom(s)
	if err == nil && key == nil {
		err = usage("the command needs a secret key").WithHint("%s", s.sources())
	}
	return key, err
}

func (a *app) loadFrom(s *secretFlags) (*keys.Private, error) {
	switch {
	case s.nsec != nil && s.nsec.given:
		a.warnArgument(s, "nsec")
		// The same hex digits can be a nostr key and an Ed25519 seed, and would
		// make another identity than the one that was meant.
		if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(s.nsec.value)), "nsec1") {
			return nil, usage("--%snsec takes an nsec", s.prefix).WithHint("a seed goes to --%sed25519-seed, a phrase to --%smnemonic", s.prefix, s.prefix)
		}
		return keys.ParseNsec(s.nsec.value)
	case s.seed.given:
		a.warnArgument(s, "ed25519-seed")
		return keys.ParseSeedHex(s.seed.value)
	case s.mnemonic.given:
		a.warnArgument(s, "mnemonic")
		return keys.FromPhrase(s.mnemonic.value)
	case s.file.given:
		text, err := a.readSecretFile(s.file.value)
		if err != nil {
			return nil, err
		}
		return keys.ParseSecret(text)
	case s.key.given:
		return a.openKey(s.key.value)
	}
	if s.environment {
		if text := a.env.Getenv("KEZ_SECRET"); text != "" {
			return keys.ParseSecret(text)
		}
	}
	if s.usesDefaults {
		name, err := a.defaultKey()
		if err != nil || name == "" {
			return nil, err
		}
		return a.openKey(name)
	}
	return nil, nil
}

func (a *app) warnArgument(s *secretFlags, name string) {
	a.warn("--%s%s stands in the argument list, which other users of this machine can read; better: %s", s.prefix, name, s.sources())
}

// hideSecrets takes secrets out of the process's argument list.
func (a *app) hideSecrets(s *secretFlags) {
	for _, flag := range []*once{s.nsec, s.seed, s.mnemonic} {
		if flag != nil {
			a.hideArgument(flag.value)
		}
	}
}

// readSecretFile takes any file the user names: a pipe is as good as a file,
// and a file that others can read is worth a warning.
func (a *app) readSecretFile(path string) (string, error) {
	if path == "-" {
		data, err := readAll(a.env.Stdin, maxSecretFile)
		return string(data), err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fileError("the secret file", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		return "", kez.Errorf(kez.CLIFile, "the secret file is a directory")
	}
	if err == nil && info.Mode().IsRegular() && wideMode(info) {
		a.warn("others can read the secret file; mend it with: chmod 600 %s", home.ShellQuote(path))
	}
	data, err := readAll(file, maxSecretFile)
	return string(data), err
}
