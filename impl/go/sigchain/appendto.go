package sigchain

import (
	"bytes"
	"context"

	"kez.lat/kez/impl/go/kez"
	"kez.lat/kez/impl/go/strictjson"
)

// Appended is what became of a body.
type Appended struct {
	// Last is the event of the body's last line, without its line.
	Last Stored
	// New is how many events were stored; 0 means that all were there already.
	New int
	// Conflict, beside an error, is the stored event to show with it: the one of
	// the same seq, or the last one where there is none (KEZ-STORE-024). Its Line
	// is nil where the chain is empty.
	Conflict Stored
}

// AppendOptions of AppendTo.
type AppendOptions struct {
	// Begin, if set, is asked before the first event of a new chain is stored,
	// once it is known to be right; its error refuses the chain.
	Begin func() error
}

// AppendTo verifies a body, which is one envelope or JSON lines, against the
// stored chain of a primary, and stores what is new of it in one transaction,
// or nothing (KEZ-STORE-018 to 028). It returns once the events are durable.
func AppendTo(ctx context.Context, log Log, primary kez.Identity, body []byte, options AppendOptions) (Appended, error) {
	lines := oneLine(body)
	for {
		tip, err := log.Tip(ctx, primary)
		if err != nil {
			return Appended{}, err
		}
		extension, err := Extend(ctx, log, tip, bytes.NewReader(lines))
		if err != nil {
			return conflict(ctx, log, tip, extension.Fork, err)
		}
		appended := Appended{Last: extension.Last, New: len(extension.Entries)}
		if appended.New == 0 {
			return appended, nil
		}
		if tip.Length == 0 && options.Begin != nil {
			if err := options.Begin(); err != nil {
				return Appended{}, err
			}
		}
		stored, err := log.Append(ctx, tip, extension.Entries)
		if err != nil {
			return Appended{}, err
		}
		if stored {
			return appended, nil
		}
		// KEZ-STORE-028: another request was faster; what it stored is now judged
		// as part of the chain. The chain has grown, so this ends.
	}
}

// oneLine gives an envelope that is written over several lines as one; every
// other body stays as it is.
func oneLine(body []byte) []byte {
	if !bytes.Contains(bytes.Trim(body, kez.JSONSpace), []byte("\n")) {
		return body
	}
	if doc, err := strictjson.ReadCanonical(body, kez.MaxEnvelope); err == nil {
		return doc.Bytes()
	}
	return body
}

// conflict adds the stored event to an error that is answered with 409.
func conflict(ctx context.Context, log Log, tip Tip, fork *Fork, err error) (Appended, error) {
	if tip.Length == 0 || kez.HTTPStatusOf(kez.CodeOf(err)) != 409 {
		return Appended{}, err
	}
	seq := tip.Length - 1
	if fork != nil && fork.Seq < tip.Length {
		seq = fork.Seq
	}
	event, _, failed := log.At(ctx, tip.Primary, seq)
	if failed != nil {
		return Appended{}, failed
	}
	return Appended{Conflict: event}, err
}
