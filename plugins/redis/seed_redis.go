//go:build seeded

package redis

import (
	"context"
	"os"
	"strings"
	"time"
)

// Faults that are put in on purpose, one at a time, so that a test of the whole
// can prove that it finds them.
func init() {
	switch os.Getenv("STORMLOCK_SEED") {
	case "redis-get-then-set":
		send = getThenSet(send)
	case "redis-no-deadline":
		ignoreDeadline()
	case "redis-release-without-id":
		scriptRelease = scriptRelease.seeded("if not lock or lock.id ~= id then", "if not lock then")
	}
}

// seeded returns a script with something else in it. That must have been there:
// a seed that does nothing would prove nothing.
func (s script) seeded(old, changed string) script {
	if strings.Count(string(s), old) != 1 {
		panic("the script to put a fault into has not exactly one: " + old)
	}
	return script(strings.Replace(string(s), old, changed, 1))
}

type sending = func(context.Context, *line, script, []string, []any) (reply, error)

// getThenSet takes a lock in two steps: what the first has seen free, the
// second overwrites.
func getThenSet(send sending) sending {
	get := scriptAcquire.seeded("local now = redis.call('TIME')\nif", "if true then return { 'free' } end\nlocal now = redis.call('TIME')\nif")
	set := scriptAcquire.seeded("local lock, foreign = look(KEYS[1])\nif foreign", "local lock, foreign\nif foreign").
		seeded("if last ~= ARGV[6] then", "if false then")
	whole := scriptAcquire
	return func(ctx context.Context, l *line, s script, keys []string, args []any) (reply, error) {
		if s != whole {
			return send(ctx, l, s, keys, args)
		}
		seen, err := send(ctx, l, get, keys, args)
		if err != nil || seen.status() != "free" {
			return seen, err
		}
		time.Sleep(20 * time.Millisecond)
		return send(ctx, l, set, keys, args)
	}
}

// ignoreDeadline lets a late request do all that it asks for, whatever has
// happened since it left.
func ignoreDeadline() {
	const guard = "return microseconds(now) > tonumber(deadline)"
	scriptRenew = scriptRenew.seeded(guard, "return false")
	scriptRelease = scriptRelease.seeded(guard, "return false")
	scriptAcquire = scriptAcquire.seeded(guard, "return false").
		seeded("if last ~= ARGV[6] then", "if last ~= ARGV[6] and microseconds(now) <= tonumber(ARGV[5]) then")
}
