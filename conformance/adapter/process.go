package adapter

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// Process is a session with one long-lived adapter process. It is not safe for
// concurrent use.
type Process struct {
	Hello Hello

	cmd    *exec.Cmd
	stdin  io.WriteCloser
	lines  chan lineRead
	done   chan struct{} // closed by Close: nobody reads lines any more
	stderr *stderrTail
	seq    int
	broken error
	more   bool // something stands behind the last line that was read
	twice  []int
	noise  map[int]string // request → what came after its answer
}

// ErrEnded is the error of a request that was not sent, because the process had
// ended after its answer to the one before.
var ErrEnded = errors.New("the adapter ended after an answer")

// lineRead is one line of the process's output, or why there is none.
type lineRead struct {
	line []byte
	err  error
	more bool // the output goes on behind the line
}

// Start starts an adapter and says hello. The context bounds the hello.
func Start(ctx context.Context, c Command) (*Process, error) {
	cmd, err := c.build()
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, lines: make(chan lineRead), done: make(chan struct{}), noise: map[int]string{}}
	p.stderr = &stderrTail{full: func() { kill(cmd) }}
	cmd.Stderr = p.stderr
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, c.notStarted(err)
	}
	go p.read(stdout)
	line, err := p.exchange(ctx, Request{Cmd: CmdHello, Protocol: Protocol})
	if err == nil {
		p.Hello, err = ParseHello(line)
	}
	if err != nil {
		err = p.explain("hello", err)
		p.kill(err)
		return nil, err
	}
	return p, nil
}

// Run sends one request and waits for its answer. After an error the session
// is over.
func (p *Process) Run(ctx context.Context, r Request) (Answer, error) {
	if p.broken != nil {
		return Answer{}, p.broken
	}
	if err := p.settle(false); err != nil {
		p.kill(err)
		return Answer{}, err
	}
	p.stderr.next()
	r.Cmd, r.Seq = CmdRun, p.seq+1
	p.seq++
	a, err := p.answer(ctx, r)
	if err != nil {
		err = p.explain("a request", err)
		p.kill(err)
		return Answer{}, err
	}
	return a, nil
}

// Seq is the number of the last request.
func (p *Process) Seq() int { return p.seq }

// settle charges what the process wrote after an answer to the request that
// was answered, and not to the one that is about to be sent.
func (p *Process) settle(closing bool) error {
	for {
		l, waiting := p.waiting()
		switch {
		case !waiting:
			return nil
		case p.seq == 0:
			return fmt.Errorf("the adapter wrote more than its answer to hello: %s", Excerpt(l.line))
		case errors.Is(l.err, io.EOF) && closing:
			return ErrEnded // a moment early
		case errors.Is(l.err, io.EOF):
			p.charge("the adapter ended after its answer to this request (" + p.exit() + ")")
			return ErrEnded
		case l.err != nil:
			p.charge("the adapter wrote more than its answer to this request: " + l.err.Error())
			return ErrEnded
		}
		if a, err := ParseAnswer(l.line); err == nil && a.Seq > 0 && a.Seq <= p.seq {
			p.twice = append(p.twice, a.Seq)
			continue
		}
		p.charge("the adapter wrote more than its answer to this request: " + Excerpt(l.line))
	}
}

// charge says what came after the last answer.
func (p *Process) charge(what string) {
	p.twice = append(p.twice, p.seq)
	if text := p.stderr.text(); text != "" {
		what += "; standard error: " + excerpt([]byte(text), 800)
	}
	p.noise[p.seq] = what
}

// waiting gives a line that is there already. Where the output is known to go
// on, a moment is given to the rest of the line.
func (p *Process) waiting() (lineRead, bool) {
	moment := time.Duration(0)
	if p.more {
		moment = grace / 20
	}
	p.more = false
	select {
	case l := <-p.lines:
		p.more = l.more
		return l, true
	default:
	}
	select {
	case l := <-p.lines:
		p.more = l.more
		return l, true
	case <-time.After(moment):
		return lineRead{}, false
	}
}

// Noise words what came after the answer to a request, "" for nothing or for
// another answer.
func (p *Process) Noise(seq int) string { return p.noise[seq] }

func (p *Process) answer(ctx context.Context, r Request) (Answer, error) {
	line, err := p.exchange(ctx, r)
	for err == nil {
		var a Answer
		if a, err = ParseAnswer(line); err != nil {
			break
		}
		switch {
		case a.Seq == r.Seq && p.stderr.flooded():
			return a, errors.New("standard error was flooded")
		case a.Seq == r.Seq:
			return a, nil
		case a.Seq > 0 && a.Seq < r.Seq:
			p.twice = append(p.twice, a.Seq)
			line, err = p.next(ctx)
		default:
			err = fmt.Errorf("the answer has seq %d, and the request had %d", a.Seq, r.Seq)
		}
	}
	return Answer{}, err
}

// exchange writes one request and reads one line. The write is not waited for:
// an adapter that does not read would block it for ever.
func (p *Process) exchange(ctx context.Context, r Request) ([]byte, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	go p.stdin.Write(append(data, '\n')) // a failure shows as the end of the output
	return p.next(ctx)
}

func (p *Process) next(ctx context.Context) ([]byte, error) {
	select {
	case l := <-p.lines:
		p.more = l.more
		return l.line, l.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// read passes lines on until the output ends.
func (p *Process) read(stdout io.Reader) {
	r := bufio.NewReaderSize(stdout, 64<<10)
	for {
		line, err := readLine(r)
		if err == nil && len(line) == 0 {
			continue // a blank line is no answer and no fault
		}
		select {
		case p.lines <- lineRead{line, err, goesOn(r)}:
		case <-p.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// goesOn tells whether more than white space has been received already.
func goesOn(r *bufio.Reader) bool {
	rest, err := r.Peek(r.Buffered())
	return err == nil && len(bytes.TrimSpace(rest)) > 0
}

// readLine reads one line of at most MaxLine bytes, without its ending.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > MaxLine:
			return nil, fmt.Errorf("a line of more than %d bytes", MaxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && len(bytes.TrimSpace(line)) > 0:
			return nil, fmt.Errorf("the output ends within a line: %s", Excerpt(line))
		case err != nil:
			return nil, err
		}
		return bytes.TrimSpace(line), nil
	}
}

// explain adds what is known about the process to an error.
func (p *Process) explain(during string, err error) error {
	switch {
	case p.stderr.flooded():
		err = fmt.Errorf("the adapter wrote more than %d bytes to standard error during %s", MaxStderr, during)
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("the adapter did not answer %s in time", during)
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("the adapter ended during %s (%s)", during, p.exit())
	}
	if text := p.stderr.text(); text != "" {
		err = fmt.Errorf("%w; standard error: %s", err, excerpt([]byte(text), 800))
	}
	return err
}

// exit waits for a process whose output ended and tells how it went.
func (p *Process) exit() string {
	p.stdin.Close()
	kill(p.cmd) // it may live on with its output closed
	var failed *exec.ExitError
	switch err := p.cmd.Wait(); {
	case err == nil:
		return "exit 0"
	case errors.Is(err, exec.ErrWaitDelay):
		return "exit 0, and a process that it started still holds its standard error open"
	case errors.As(err, &failed):
		return failed.String()
	default:
		return err.Error()
	}
}

func (p *Process) kill(why error) {
	p.broken = why
	kill(p.cmd)
	p.stdin.Close()
	close(p.done)
	_ = p.cmd.Wait() // killed; how it ended says nothing
}

// Close says bye, waits for the process to end, and gives the numbers of the
// requests that were answered more than once or had something after the answer.
func (p *Process) Close() []int {
	if p.broken != nil {
		return p.twice
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	var line []byte
	err := p.settle(true)
	if err == nil {
		line, err = p.exchange(ctx, Request{Cmd: CmdBye})
	}
	for err == nil {
		if a, bad := ParseAnswer(line); bad == nil && a.Seq > 0 && a.Seq <= p.seq {
			p.twice = append(p.twice, a.Seq)
		}
		line, err = p.next(ctx)
	}
	p.kill(errors.New("the session is closed"))
	return p.twice
}
