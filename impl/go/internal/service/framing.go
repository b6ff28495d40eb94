package service

import (
	"bytes"
	"strconv"
	"strings"
)

// framing reads how the requests of one connection are framed, beside net/http.
// It exists because net/http takes a request with Content-Length and
// Transfer-Encoding by forgetting the first, and two equal lengths as one,
// whereas a proxy in front may have read them differently (KEZ-STORE-036).
//
// It has to agree with net/http on where a request ends only as long as nothing
// is wrong: what it cannot read it calls broken, and then nothing after it is
// answered.
type framing struct {
	state   frameState
	line    []byte // of the head, cut at maxLine
	left    int64  // bytes of the body or chunk to come
	heads   int    // requests whose head has been read
	broken  int    // the number of the first request that is wrong; 0 is none
	length  int64  // -1 without Content-Length
	chunked bool
	old     bool // HTTP/1.0
	last    bool // the header line before was one of framing
	faulty  bool // this head is wrong
}

type frameState uint8

const (
	frameStart frameState = iota // before the request line
	frameHead
	frameBody
	frameChunkSize
	frameChunk
	frameChunkEnd
	frameTrailer
	frameLost // nothing that follows can be told apart
)

// maxLine is how much of a line is looked at; no honest line of framing is
// longer.
const maxLine = 512

// feed takes the bytes of the connection as they are read.
func (f *framing) feed(p []byte) {
	for len(p) > 0 && f.state != frameLost {
		if f.state == frameBody || f.state == frameChunk {
			n := min(f.left, int64(len(p)))
			p, f.left = p[n:], f.left-n
			if f.left > 0 {
				continue
			}
			if f.state++; f.state == frameChunkSize {
				f.state = frameStart
			}
			continue
		}
		end := bytes.IndexByte(p, '\n')
		part := p
		if end >= 0 {
			part = p[:end]
		}
		f.line = append(f.line, part[:min(len(part), maxLine-len(f.line))]...)
		if end < 0 {
			return
		}
		p = p[end+1:]
		f.endLine(bytes.TrimSuffix(f.line, []byte("\r")))
		f.line = f.line[:0]
	}
}

func (f *framing) endLine(line []byte) {
	switch f.state {
	case frameStart:
		if len(line) == 0 {
			return // net/http forgives empty lines after a body
		}
		f.state, f.length, f.chunked, f.faulty, f.last = frameHead, -1, false, false, false
		f.old = !bytes.HasSuffix(line, []byte(" HTTP/1.1")) && len(line) < maxLine-1
	case frameHead:
		if len(line) == 0 {
			f.endHead()
			return
		}
		f.header(line)
	case frameChunkSize:
		size, _, _ := strings.Cut(string(line), ";")
		n, err := strconv.ParseUint(strings.TrimRight(size, " \t"), 16, 62)
		switch {
		case err != nil:
			f.state = frameLost
		case n == 0:
			f.state = frameTrailer
		default:
			f.state, f.left = frameChunk, int64(n)
		}
	case frameChunkEnd:
		if f.state = frameChunkSize; len(line) > 0 {
			f.state = frameLost
		}
	case frameTrailer:
		if len(line) == 0 {
			f.state = frameStart
		}
	}
}

// header reads one line of a head.
func (f *framing) header(line []byte) {
	if line[0] == ' ' || line[0] == '\t' { // it continues the line before
		f.faulty = f.faulty || f.last
		return
	}
	name, value, _ := strings.Cut(string(line), ":")
	value = strings.Trim(value, " \t")
	f.last = true
	switch strings.ToLower(strings.TrimRight(name, " \t")) {
	case "content-length":
		n, err := strconv.ParseUint(value, 10, 62)
		f.faulty = f.faulty || f.length >= 0 || err != nil || value[0] == '+'
		f.length = int64(n)
	case "transfer-encoding":
		f.faulty = f.faulty || f.chunked || f.old || !strings.EqualFold(value, "chunked")
		f.chunked = true
	default:
		f.last = false
	}
}

func (f *framing) endHead() {
	f.heads++
	switch {
	case f.faulty || f.chunked && f.length >= 0:
		f.state, f.broken = frameLost, f.heads
	case f.chunked:
		f.state = frameChunkSize
	case f.length > 0:
		f.state, f.left = frameBody, f.length
	default:
		f.state = frameStart
	}
}

// sound reports whether the n-th request, counted from 1, is framed in one way
// only.
func (f *framing) sound(n int) bool {
	return n <= f.heads && (f.broken == 0 || n < f.broken)
}
