package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
)

// goodbye bounds the courtesy at the end of a line. The server gets by without
// it.
const goodbye = 200 * time.Millisecond

// mostRequest bounds what is sent, in bytes. The largest is a grant, with a
// reason of 4 KiB.
const mostRequest = 1 << 20

// A line is the connection of one call. A command makes one call, so that
// keeping connections would gain nothing.
//
// It is the library's own connection, and not one of database/sql: that would
// send a statement again over another one when the library says that the first
// was bad.
type line struct {
	conn driver.Conn
	wire *wire
}

// errPanic is about an answer in which the library found less than it expected.
var errPanic = errors.New("the server's answer is malformed")

// guard calls the library, which trusts the lengths in what a server sends.
func guard(call func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return call()
}

// dial connects to the server, and sets what the session must not take from the
// server's settings. The caller hangs up.
func (b *backend) dial(ctx context.Context) (*line, error) {
	l := &line{}
	connector, err := mysql.NewConnector(b.library(l))
	if err != nil {
		return nil, err
	}
	err = guard(func() (err error) { l.conn, err = connector.Connect(ctx); return err })
	if err != nil {
		return nil, l.cut(err)
	}
	if err := l.settle(ctx); err != nil {
		l.hangUp()
		return nil, err
	}
	return l, nil
}

// library is the client library's configuration. All that it offers to do for a
// server is off: sending files, showing the password, old ways to hide it.
func (b *backend) library(l *line) *mysql.Config {
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName = b.user, b.password, b.table.database
	c.Net, c.Addr = b.network, b.where
	if b.secured != nil {
		// A server that wants the whole password gets it over TLS, as over a
		// socket. Elsewhere it is encrypted with a key of the server's.
		c.Net = "unix"
	}
	c.Logger = &mysql.NopLogger{}
	c.Collation = "utf8mb4_bin"
	c.MaxAllowedPacket = mostRequest
	c.InterpolateParams = true // one round trip a statement, in a session whose sql_mode is ours
	c.ClientFoundRows = true   // rows that a statement was for, not those that look different now
	c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		socket, err := dialer.DialContext(ctx, b.network, b.where)
		if err != nil {
			return nil, err
		}
		l.wire = newWire(ctx, socket, b.secured)
		return l.wire, nil
	}
	return c
}

// settle sets up the session. Some builds of MariaDB are without the cluster's
// settings.
func (l *line) settle(ctx context.Context) error {
	end, _ := ctx.Deadline()
	patience, idle := waits(time.Until(end))
	_, err := l.do(ctx, sqlSession+sqlCluster, patience, patience, idle)
	if code(err) == unknownVariable {
		_, err = l.do(ctx, sqlSession, patience, patience, idle)
	}
	return err
}

// waits returns for how many seconds a statement waits for another session's
// locks, and the server for the next statement. A statement can have to wait
// twice, and the server should say so before the call is over. Nothing depends on
// it: what comes too late does nothing.
func waits(left time.Duration) (patience, idle int64) {
	return max(int64((left-timeToSay)/2/time.Second), 1), int64(left/time.Second) + 2
}

const timeToSay = 200 * time.Millisecond

// do carries out a statement, and returns how many rows it was for.
func (l *line) do(ctx context.Context, statement string, args ...any) (rows int64, err error) {
	l.begin(false)
	err = guard(func() error {
		result, err := l.conn.(driver.ExecerContext).ExecContext(ctx, statement, named(args))
		if err == nil {
			rows, err = result.RowsAffected()
		}
		return err
	})
	return rows, l.why(err)
}

// ask carries out a statement that returns rows, whose fields are texts; NULL is
// an empty one.
func (l *line) ask(ctx context.Context, each func(fields []string) error, statement string, args ...any) error {
	l.begin(true)
	return l.why(guard(func() error {
		rows, err := l.conn.(driver.QueryerContext).QueryContext(ctx, statement, named(args))
		if err != nil {
			return err
		}
		defer rows.Close()
		return readAll(rows, each)
	}))
}

func readAll(rows driver.Rows, each func(fields []string) error) error {
	values := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(values); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		fields := make([]string, len(values))
		for i, value := range values {
			fields[i] = text(value)
		}
		if err := each(fields); err != nil {
			return err
		}
	}
}

func text(value driver.Value) string {
	switch value := value.(type) {
	case nil:
		return ""
	case []byte:
		return string(value)
	}
	return fmt.Sprint(value)
}

func named(args []any) []driver.NamedValue {
	all := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		all[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return all
}

// number reads a field that is one.
func number(field string) (int64, error) { return strconv.ParseInt(field, 10, 64) }

func (l *line) begin(rows bool) {
	l.wire.expect(rows)
	l.wire.sent = false
}

// why returns the error of a connection, or what the library leaves out of it.
func (l *line) why(err error) error {
	if err != nil && l.wire != nil && l.wire.fault != nil && code(err) == 0 && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return l.wire.fault
	}
	return err
}

// cut ends a connection that did not come about.
func (l *line) cut(err error) error {
	if l.wire != nil {
		_ = l.wire.Close()
	}
	return l.why(err)
}

// hangUp ends the connection.
func (l *line) hangUp() {
	_ = l.wire.socket.SetDeadline(time.Now().Add(goodbye))
	_ = guard(l.conn.Close)
	_ = l.wire.Close()
}
