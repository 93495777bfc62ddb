package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// mostAnswer bounds what a server may send in answer to one request, in bytes.
// The largest that we ask for is a page of locks, at most 5 KiB for each of 500.
const mostAnswer = 16 << 20

// frontend speaks PostgreSQL's protocol over a connection, and bounds the
// answers. That is done here, inside of TLS, and not to the socket: TLS has
// messages of its own that make the client write. Around TLS the library takes
// no connection of another kind: it would not find the channel to bind to.
func (l *line) frontend(r io.Reader, w io.Writer) *pgproto3.Frontend {
	conn := bounded.Conn(ends{r: r, w: w}, mostAnswer)
	return pgproto3.NewFrontend(&incoming{from: conn, line: l}, conn)
}

// ends are all of a connection that a protocol needs.
type ends struct {
	net.Conn
	r io.Reader
	w io.Writer
}

func (e ends) Read(b []byte) (int, error)  { return e.r.Read(b) }
func (e ends) Write(b []byte) (int, error) { return e.w.Write(b) }

// incoming is what comes from the server. The library makes room for a message
// of the length that it claims to have, before it has come; so that is looked at
// on its way. What goes wrong it tells as "conn closed", so that is noted.
type incoming struct {
	from io.Reader
	line *line

	header [5]byte // of a message: its kind and its length
	have   int     // bytes of the header that have come
	body   uint32  // bytes of the message that are still to come
}

func (a *incoming) Read(b []byte) (int, error) {
	n, err := a.from.Read(b)
	if !a.follow(b[:n]) {
		n, err = 0, bounded.ErrFlood
	}
	if errors.Is(err, bounded.ErrFlood) {
		a.line.flooded.Store(true)
	}
	return n, err
}

// follow reads what has come as far as it takes to know where lengths are, and
// reports whether they are modest.
func (a *incoming) follow(b []byte) bool {
	for len(b) > 0 {
		if a.body > 0 {
			n := min(a.body, uint32(len(b)))
			a.body, b = a.body-n, b[n:]
			continue
		}
		n := copy(a.header[a.have:], b)
		a.have, b = a.have+n, b[n:]
		if a.have < len(a.header) {
			return true
		}
		const ofLength = 4 // which counts itself
		length := binary.BigEndian.Uint32(a.header[1:])
		if length > mostAnswer {
			return false
		}
		a.have, a.body = 0, max(length, ofLength)-ofLength
	}
	return true
}

// send sends a batch, and reads all that is answered.
func (l *line) send(ctx context.Context, batch *pgx.Batch) error {
	return l.why(l.SendBatch(ctx, batch).Close())
}

// Exec sends one statement.
func (l *line) Exec(ctx context.Context, statement string) (pgconn.CommandTag, error) {
	tag, err := l.Conn.Exec(ctx, statement)
	return tag, l.why(err)
}

// why returns the error of a connection, or what the library leaves out of it.
func (l *line) why(err error) error {
	if err != nil && l.flooded.Load() {
		return bounded.ErrFlood
	}
	return err
}
