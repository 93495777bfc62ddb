package redis

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// A look is the one exchange before a script that may change something. It
// returns the script's last arguments.
type look func(context.Context, *line) ([]any, error)

// lookAtTime returns the request's deadline on the server's clock.
func lookAtTime(ctx context.Context, l *line) ([]any, error) {
	now, err := ask(ctx, l, func(conn *goredis.Conn) (time.Time, error) {
		return conn.Time(ctx).Result()
	})
	if err != nil {
		return nil, err
	}
	return []any{deadline(ctx, now)}, nil
}

// taken is what an acquire says that it saw of the counter when it saw a lock.
// No counter is ever that, so its request takes nothing: it only says how the
// lock stands. Otherwise a copy of it could take the lock once that lease has
// ended, which nothing counts, although its sender was told who holds it.
const taken = "taken"

// lookAtLock returns the deadline and, from the same exchange, what the counter
// of a lock is. The counter is read before the lease: a grant in between shows
// as a lease.
func lookAtLock(keys []string) look {
	return func(ctx context.Context, l *line) ([]any, error) {
		var now *goredis.TimeCmd
		var counter *goredis.StringCmd
		var lease *goredis.SliceCmd
		_, err := ask(ctx, l, func(conn *goredis.Conn) ([]goredis.Cmder, error) {
			return conn.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
				now, counter, lease = pipe.Time(ctx), pipe.Get(ctx, keys[1]), pipe.HMGet(ctx, keys[0], "id")
				return nil
			})
		})
		if err != nil && !noCounter(err) {
			return nil, err
		}
		seen := counter.Val()
		if found := lease.Val(); len(found) == 1 && found[0] != nil {
			seen = taken
		}
		return []any{deadline(ctx, now.Val()), seen}, nil
	}
}

// noCounter tells an answer that there is no counter from a fault. Another
// application's data in its place is for the script to refuse.
func noCounter(err error) bool {
	return errors.Is(err, goredis.Nil) || strings.HasPrefix(err.Error(), "WRONGTYPE ")
}

// deadline returns when ctx ends on the server's clock, in microseconds, if
// that has just told now. The two clocks need not agree: only the time that is
// left counts, and it runs from the moment that the server read its clock. That
// moment was before the reply came, so the result is early by at most the
// reply's way back, and never late: no request takes effect after its sender
// has given up.
func deadline(ctx context.Context, now time.Time) string {
	end, _ := ctx.Deadline() // timed made sure that there is one
	return strconv.FormatInt(now.Add(time.Until(end)).UnixMicro(), 10)
}
