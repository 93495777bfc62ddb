package redis

import (
	"context"
	"errors"
	"hash/maphash"
	"iter"
	"slices"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

const scanCount = 1000 // keys that the server looks at for one reply

// List scans the keys. The locks are read by what Current uses, so what is
// yielded was whole at one moment, and other data is passed over.
func (b *backend) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := bounded.Call(ctx)
		defer cancel()
		nodes, err := b.scanned(ctx)
		if err != nil {
			yield(sdk.Lease{}, err)
			return
		}
		seen := newSeen()
		for _, node := range nodes {
			if !b.listNode(ctx, node, prefix, seen, yield) {
				return
			}
		}
	}
}

// seen is which keys have been read: SCAN may return a key twice, and a key may
// move between two nodes. It keeps a few bytes for each, their hash: that two of
// a million keys have the same is less likely than one in thirty million.
type seen struct {
	seed   maphash.Seed
	hashes map[uint64]struct{}
}

func newSeen() *seen { return &seen{maphash.MakeSeed(), map[uint64]struct{}{}} }

// first reports whether a key has not been asked about before.
func (s *seen) first(key string) bool {
	hash := maphash.String(s.seed, key)
	_, known := s.hashes[hash]
	s.hashes[hash] = struct{}{}
	return !known
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

// A scan is how far the keys of one node have been gone through.
type scan struct {
	pattern string
	cursor  uint64
	begun   bool
	keys    []string // found, and not read yet
}

// ended reports whether there are no more keys.
func (s *scan) ended() bool { return s.begun && s.cursor == 0 }

// listNode yields the leases of one node, and reports whether to go on.
func (b *backend) listNode(ctx context.Context, node *goredis.Client, prefix string, seen *seen, yield func(sdk.Lease, error) bool) bool {
	l := newLine(node)
	defer l.hangUp()
	s := &scan{pattern: globEscape.Replace(b.prefix+prefix) + "*"}
	for !s.ended() || len(s.keys) > 0 {
		leases, err := b.turn(ctx, l, s)
		if err != nil {
			return yield(sdk.Lease{}, b.explain(err, false)) && false
		}
		s.keys = b.fresh(s.keys, seen)
		for _, lease := range leases {
			if !yield(lease, nil) {
				return false
			}
		}
	}
	return true
}

var globEscape = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`)

// fresh returns the keys that can be locks and have not been seen.
func (b *backend) fresh(keys []string, seen *seen) []string {
	var fresh []string
	for _, key := range keys {
		resource, ok := strings.CutPrefix(key, b.prefix)
		if ok && sdk.ValidateResource(resource) == nil && seen.first(key) {
			fresh = append(fresh, key)
		}
	}
	return fresh
}

// turn reads, in one round trip, the locks at the keys that were found, and finds
// more keys.
func (b *backend) turn(ctx context.Context, l *line, s *scan) ([]sdk.Lease, error) {
	type turn struct {
		locks []*goredis.Cmd
		scan  *goredis.ScanCmd
	}
	groups := slices.Collect(slices.Chunk(s.keys, b.server.together()))
	t, err := ask(ctx, l, func(conn *goredis.Conn) (t turn, err error) {
		_, err = conn.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
			for _, group := range groups {
				t.locks = append(t.locks, pipe.Eval(ctx, string(scriptList), group))
			}
			if !s.ended() {
				t.scan = pipe.ScanType(ctx, s.cursor, s.pattern, scanCount, "hash")
			}
			return nil
		})
		return t, err
	})
	if err != nil {
		return nil, err
	}
	s.keys = nil
	if t.scan != nil {
		s.begun = true
		s.keys, s.cursor = t.scan.Val()
	}
	return b.leases(groups, t.locks)
}

// leases leaves out what is gone by now or is not a lock.
func (b *backend) leases(groups [][]string, answers []*goredis.Cmd) (leases []sdk.Lease, err error) {
	for i, keys := range groups {
		replies, err := answers[i].Slice()
		if err != nil || len(replies) != len(keys) {
			return nil, errors.Join(errMalformed, err)
		}
		for k, key := range keys {
			r, _ := replies[k].([]any)
			lease, err := b.lease(strings.TrimPrefix(key, b.prefix), r, nil)
			switch {
			case err == nil:
				leases = append(leases, lease)
			case errors.Is(err, sdk.ErrNotHeld), errors.Is(err, sdk.ErrRefused):
			default:
				return nil, err
			}
		}
	}
	return leases, nil
}
