package redis

import (
	"context"
	"sync/atomic"

	goredis "github.com/redis/go-redis/v9"
)

// A line is the one connection over which an operation talks. Two things hang
// on its being one: the clock that is read is that of the server that decides,
// even if there is a failover in between; and once the clock is read, the way
// to the server is known to be good, so that any fault before is certainly
// before the script.
type line struct {
	conn  *goredis.Conn
	users atomic.Int32
}

func newLine(node *goredis.Client) *line {
	l := &line{conn: node.Conn()}
	l.users.Add(1)
	return l
}

// hangUp gives the connection back, unless an exchange that nobody waits for
// is still going on; then the end of the exchange does.
func (l *line) hangUp() {
	if l.users.Add(-1) == 0 {
		_ = l.conn.Close()
	}
}

// ask runs one exchange over the line.
func ask[T any](ctx context.Context, l *line, exchange func(*goredis.Conn) (T, error)) (T, error) {
	l.users.Add(1)
	return await(ctx, func() (T, error) {
		defer l.hangUp()
		return exchange(l.conn)
	})
}

// await returns what call returns, or the context's error as soon as the
// context ends. The client library heeds the deadline of a context while it
// waits for a reply, but not its cancellation. A call left alone ends with the
// deadline.
func await[T any](ctx context.Context, call func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := call()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
