package redis

import (
	"context"
	"errors"
	"iter"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
)

const scanCount = 500 // keys that the server looks at for one reply

// List scans the keys. Each lock is read by the script that Current uses, so
// what is yielded was whole at one moment, and other data is passed over.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := timed(ctx)
		defer cancel()
		nodes, err := b.scanned(ctx)
		if err != nil {
			yield(sdk.Lease{}, err)
			return
		}
		// SCAN may return a key twice, and a key may move between two nodes.
		seen := make(map[string]bool)
		for _, node := range nodes {
			if !b.listNode(ctx, node, prefix, seen, yield) {
				return
			}
		}
	}
}

// scanned returns the servers that are to be scanned. A replica where there is
// nothing to find would say so, and be believed: SCAN is not refused there, and
// only reading a lock is. So something is read first.
func (b *backend) scanned(ctx context.Context) ([]*goredis.Client, error) {
	if _, err := b.read(ctx, scriptCurrent, b.prefix+noLock); err != nil {
		return nil, err
	}
	nodes, err := b.masters(ctx)
	if err != nil {
		return nil, b.explain(err, false)
	}
	return nodes, nil
}

// listNode yields the leases of one node, and reports whether to go on.
func (b *backend) listNode(ctx context.Context, node *goredis.Client, prefix string, seen map[string]bool, yield func(sdk.Lease, error) bool) bool {
	l := newLine(node)
	defer l.hangUp()
	pattern := globEscape.Replace(b.prefix+prefix) + "*"
	for cursor := uint64(0); ; {
		leases, next, err := b.page(ctx, l, pattern, cursor, seen)
		if err != nil {
			return yield(sdk.Lease{}, b.explain(err, false)) && false
		}
		for _, lease := range leases {
			if !yield(lease, nil) {
				return false
			}
		}
		if cursor = next; cursor == 0 {
			return true
		}
	}
}

var globEscape = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`)

// page reads one page of keys and the locks at them.
func (b *backend) page(ctx context.Context, l *line, pattern string, cursor uint64, seen map[string]bool) ([]sdk.Lease, uint64, error) {
	type scanned struct {
		keys []string
		next uint64
	}
	page, err := ask(ctx, l, func(conn *goredis.Conn) (s scanned, err error) {
		s.keys, s.next, err = conn.ScanType(ctx, cursor, pattern, scanCount, "hash").Result()
		return s, err
	})
	if err != nil {
		return nil, 0, err
	}
	leases, err := b.leases(ctx, l, b.fresh(page.keys, seen))
	return leases, page.next, err
}

// fresh returns the keys that can be locks and have not been seen.
func (b *backend) fresh(keys []string, seen map[string]bool) []string {
	var fresh []string
	for _, key := range keys {
		resource, ok := strings.CutPrefix(key, b.prefix)
		if ok && !seen[key] && sdk.ValidateResource(resource) == nil {
			seen[key] = true
			fresh = append(fresh, key)
		}
	}
	return fresh
}

// leases reads the locks at the keys in one round trip.
func (b *backend) leases(ctx context.Context, l *line, keys []string) ([]sdk.Lease, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	commands, err := ask(ctx, l, func(conn *goredis.Conn) ([]goredis.Cmder, error) {
		return conn.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
			for _, key := range keys {
				pipe.Eval(ctx, string(scriptCurrent), []string{key})
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return b.readLeases(keys, commands)
}

// readLeases leaves out what is gone by now or is not a lock.
func (b *backend) readLeases(keys []string, commands []goredis.Cmder) ([]sdk.Lease, error) {
	var leases []sdk.Lease
	for i, command := range commands {
		r, err := command.(*goredis.Cmd).Slice()
		if err != nil {
			return nil, err
		}
		lease, err := b.lease(strings.TrimPrefix(keys[i], b.prefix), r, nil)
		switch {
		case err == nil:
			leases = append(leases, lease)
		case errors.Is(err, sdk.ErrNotHeld), errors.Is(err, sdk.ErrRefused):
		default:
			return nil, err
		}
	}
	return leases, nil
}
