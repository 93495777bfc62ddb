package postgres

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// goodbye bounds the courtesies at the end of a line. The server gets by
// without them.
const goodbye = 200 * time.Millisecond

// A line is the connection of one call. A command makes one call, so that
// keeping connections would gain nothing; and a connection that was not kept
// cannot have died meanwhile, which would be a fault or a retry more.
type line struct {
	*pgx.Conn

	warning string      // the server's last
	flooded atomic.Bool // it answered more than it may

	mu      sync.Mutex
	sockets []net.Conn
	done    bool // dialing: it stands, or is not to stand any more
}

var errDone = errors.New("no further connection is made")

// dial connects to the server. The caller hangs up.
func (b *backend) dial(ctx context.Context) (*line, error) {
	l := &line{}
	config := b.config.Copy()
	config.DialFunc = l.socket
	config.BuildFrontend = l.frontend
	config.ConnectTimeout = patience(ctx, config)
	config.OnNotice = l.notice
	conn, err := pgx.ConnectConfig(ctx, config)
	l.mu.Lock()
	l.done = true
	l.mu.Unlock()
	if err != nil {
		l.cut()
		return nil, err
	}
	l.Conn = conn
	return l, nil
}

// patience is how long one of several servers is tried, so that one that does
// not answer leaves time for the others.
func patience(ctx context.Context, config *pgx.ConnConfig) time.Duration {
	end, _ := ctx.Deadline() // bounded made sure that there is one
	share := time.Until(end) / time.Duration(hosts(config))
	if config.ConnectTimeout > 0 {
		share = min(share, config.ConnectTimeout)
	}
	return max(share, time.Millisecond)
}

// socket dials for the library, which also dials by itself: when a call is cut
// short, to ask the server from the background to cancel it, for up to 15
// seconds. That is refused. There is nothing to cancel: a server stops waiting
// at the request's deadline, and undoes what is not committed.
func (l *line) socket(ctx context.Context, network, address string) (net.Conn, error) {
	if !l.keep(nil) {
		return nil, errDone
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err == nil && !l.keep(conn) {
		return nil, errors.Join(errDone, conn.Close())
	}
	return conn, err
}

// keep notes a socket, and reports whether dialing still goes on.
func (l *line) keep(socket net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if socket != nil && !l.done {
		l.sockets = append(l.sockets, socket)
	}
	return !l.done
}

// hangUp ends the connection, and with it a transaction that was not committed.
// What the library still does in the background ends with its sockets.
func (l *line) hangUp() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	if !l.IsClosed() && l.PgConn().TxStatus() != 'I' {
		_, _ = l.Exec(ctx, "ROLLBACK") // spares a PgBouncer its connection
	}
	_ = l.Close(ctx)
	l.cut()
}

// cut closes all sockets.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, socket := range l.sockets {
		_ = socket.Close()
	}
}

// notice keeps warnings. A server warns when it acknowledges a commit that it
// knows to be on its own disk only.
func (l *line) notice(_ *pgconn.PgConn, n *pgconn.Notice) {
	if n.SeverityUnlocalized == "WARNING" {
		l.warning = n.Message
	}
}
