package mysql

import (
	"errors"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// mostAnswer bounds what a server may send in answer to one request, in bytes.
// The largest that we ask for is a page of locks, at most 5 KiB for each of 2500.
const mostAnswer = 16 << 20

// errStrange is about an answer that is none to the question.
var errStrange = errors.New("the server's answer is none to what was asked")

// What the first packet of an answer begins with. Up to mostColumns it is their
// number, for which the library makes room before the columns have come. Above
// it is a longer number, or the wish to be sent a file.
const (
	beginsDone  = 0x00
	beginsFault = 0xff
	mostColumns = 0xfa
)

// incoming is what comes from the server. The library makes room for what a
// packet claims to hold, before it has come; so that is looked at on its way.
type incoming struct {
	left    int  // bytes that the answer may still have
	asked   bool // for rows
	awaited bool // the first packet of an answer

	header [ofHeader]byte
	have   int // bytes of the header that have come
	body   int // bytes of the packet that are still to come
}

// expect begins the answer to a request.
func (a *incoming) expect(rows bool) { a.left, a.asked, a.awaited = mostAnswer, rows, true }

// follow reads what has come as far as it takes to know what it claims, and
// returns what is wrong with that. The numbers of packets it makes one lower if
// they are shifted.
func (a *incoming) follow(b []byte, shifted bool) error {
	a.left -= len(b)
	for len(b) > 0 && a.left >= 0 {
		if a.body > 0 {
			if err := a.judge(b[0]); err != nil {
				return err
			}
			n := min(a.body, len(b))
			a.body, b = a.body-n, b[n:]
			continue
		}
		n := copy(a.header[a.have:], b)
		a.have += n
		if a.have == ofHeader {
			if shifted {
				b[n-1]--
			}
			a.have, a.body = 0, int(a.header[0])|int(a.header[1])<<8|int(a.header[2])<<16
		}
		b = b[n:]
		if a.body > a.left+len(b) {
			return bounded.ErrFlood
		}
	}
	if a.left < 0 {
		return bounded.ErrFlood
	}
	return nil
}

// judge looks at the first byte of an answer.
func (a *incoming) judge(first byte) error {
	begins := a.awaited
	a.awaited = false
	done := first == beginsDone
	if begins && first != beginsFault && (first > mostColumns || a.asked == done) {
		return errStrange
	}
	return nil
}
