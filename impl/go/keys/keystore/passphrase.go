package keystore

import (
	"bytes"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"kez.lat/kez/impl/go/home"
	"kez.lat/kez/impl/go/kez"
)

// passphraseSize is the longest passphrase in bytes.
const passphraseSize = 4 << 10

// Prompter asks a question and reads the answer without showing it.
type Prompter interface {
	Prompt(question string) (string, error)
}

// Passphrases gets passphrases from a file where one is named, else from a
// prompt.
type Passphrases struct {
	// File is the path in KEZ_PASSPHRASE_FILE. Its rules are those of key files.
	File   string
	Prompt Prompter
}

// existing gives the passphrase of a key that is there.
func (p Passphrases) existing(name string) (string, error) {
	if p.File != "" {
		return p.fromFile()
	}
	return p.ask("Passphrase of the key " + name + ": ")
}

// chosen gives the passphrase of a new key, typed twice.
func (p Passphrases) chosen(name string) (string, error) {
	if p.File != "" {
		return p.fromFile()
	}
	first, err := p.ask("New passphrase for the key " + name + ": ")
	if err != nil {
		return "", err
	}
	second, err := p.ask("The same passphrase again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", kez.Errorf(kez.CLIKeyStore, "the two passphrases differ").WithHint("try again; nothing was saved")
	}
	return first, nil
}

func (p Passphrases) ask(question string) (string, error) {
	if p.Prompt == nil {
		return "", noTerminal()
	}
	answer, err := p.Prompt.Prompt(question)
	if err == nil && answer == "" {
		err = emptyPassphrase()
	}
	return answer, err
}

// fromFile drops one line end, which editors and echo add.
func (p Passphrases) fromFile() (string, error) {
	data, err := home.ReadSecretFile(p.File, passphraseSize)
	if err != nil {
		return "", err
	}
	defer clear(data)
	text := bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r"))
	if len(text) == 0 {
		return "", emptyPassphrase()
	}
	return string(text), nil
}

// Terminal prompts on the terminal of the process, also where standard input
// and output lead elsewhere.
type Terminal struct{}

// Prompt asks and reads with echo turned off.
func (Terminal) Prompt(question string) (string, error) {
	in, out, err := openTerminal()
	if err != nil {
		return "", noTerminal()
	}
	defer in.Close()
	defer out.Close()
	fd := int(in.Fd())
	state, err := term.GetState(fd)
	if err != nil {
		return "", noTerminal()
	}
	interrupted, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(interrupted)
	defer close(done)
	go func() {
		select {
		case <-interrupted:
			// The read cannot be stopped, and without this the shell would be
			// left without echo.
			term.Restore(fd, state)
			out.WriteString("\n")
			os.Exit(130)
		case <-done:
		}
	}()
	out.WriteString(question)
	answer, err := term.ReadPassword(fd)
	defer clear(answer)
	out.WriteString("\n")
	if err != nil {
		return "", kez.Errorf(kez.CLIKeyStore, "no passphrase was typed: %w", err)
	}
	return string(answer), nil
}

func noTerminal() error {
	return kez.Errorf(kez.CLIKeyStore, "a passphrase is needed, and there is no terminal to ask on").
		WithHint("name a file that holds it, closed to others, in KEZ_PASSPHRASE_FILE")
}
