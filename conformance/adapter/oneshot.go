package adapter

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// OneShot is a session that starts the adapter once for each request: the
// request on standard input, the answer on standard output.
type OneShot struct {
	Hello Hello

	command Command
	seq     int
}

// StartOneShot says hello in a first process. The context bounds the hello.
func StartOneShot(ctx context.Context, c Command) (*OneShot, error) {
	s := &OneShot{command: c}
	line, err := s.once(ctx, Request{Cmd: CmdHello, Protocol: Protocol})
	if err == nil {
		s.Hello, err = ParseHello(line)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Run starts the adapter for one request. An error concerns this request only.
func (s *OneShot) Run(ctx context.Context, r Request) (Answer, error) {
	s.seq++
	r.Cmd, r.Seq = CmdRun, s.seq
	line, err := s.once(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	a, err := ParseAnswer(line)
	if err == nil && a.Seq != r.Seq {
		err = fmt.Errorf("the answer has seq %d, and the request had %d", a.Seq, r.Seq)
	}
	return a, err
}

// Seq is the number of the last request.
func (s *OneShot) Seq() int { return s.seq }

// Close has nothing to end.
func (s *OneShot) Close() []int { return nil }

func (s *OneShot) once(ctx context.Context, r Request) ([]byte, error) {
	request, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	output, exit, err := s.command.Output(ctx, append(request, '\n'))
	if err != nil {
		return nil, err
	}
	if exit != 0 {
		return nil, fmt.Errorf("the adapter ended with exit code %d%s", exit, output.Tail())
	}
	return onlyLine(output.Stdout)
}

// onlyLine gives the one line of an output that has exactly one.
func onlyLine(output []byte) ([]byte, error) {
	r := bufio.NewReader(bytes.NewReader(bytes.TrimSpace(append(output, '\n'))))
	line, err := r.ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	line = bytes.TrimSpace(line)
	rest, _ := io.ReadAll(r) // memory does not fail
	switch {
	case len(line) == 0:
		return nil, errors.New("the adapter wrote no answer")
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, fmt.Errorf("the adapter wrote more than one line: %s", Excerpt(output))
	}
	return line, nil
}
