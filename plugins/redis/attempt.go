package redis

import (
	"context"
	"slices"

	goredis "github.com/redis/go-redis/v9"
)

// maxAttempts bounds how often a cluster may send a request on. Two attempts
// settle a slot that has moved.
const maxAttempts = 4

// write runs a script that may change something. Its last arguments are what
// the look before it has found.
func (b *backend) write(ctx context.Context, s script, before look, keys []string, args ...any) (reply, error) {
	return b.redirected(ctx, func() (reply, bool, error) {
		return b.writeOnce(ctx, s, before, keys, args)
	})
}

// read runs a script that changes nothing, so that nothing is uncertain after
// a fault.
func (b *backend) read(ctx context.Context, s script, key string) (reply, error) {
	return b.redirected(ctx, func() (reply, bool, error) {
		r, err := b.readOnce(ctx, s, key)
		return r, false, err
	})
}

// redirected repeats an attempt while a cluster says that the slot is now
// elsewhere. That reply is the one fault that is repeated here: the node did
// nothing, and only another one can. What an attempt returns besides is
// whether a script that may write was sent.
func (b *backend) redirected(ctx context.Context, attempt func() (reply, bool, error)) (reply, error) {
	for n := 1; ; n++ {
		r, sent, err := attempt()
		if err == nil {
			return r, nil
		}
		if _, moved := goredis.IsMovedError(err); !moved || n == maxAttempts {
			b.server.ReloadState(ctx) // the node may be down and another in its place by the next call
			return nil, b.explain(err, sent)
		}
		_, _ = b.masters(ctx) // reads anew which node has which slot, and waits for it
	}
}

func (b *backend) writeOnce(ctx context.Context, s script, before look, keys []string, args []any) (_ reply, sent bool, _ error) {
	l, err := b.dial(ctx, keys[0])
	if err != nil {
		return nil, false, err
	}
	defer l.hangUp()
	seen, err := before(ctx, l)
	if err != nil {
		return nil, false, err
	}
	r, err := send(ctx, l, s, keys, slices.Concat(args, seen))
	return r, true, err
}

func (b *backend) readOnce(ctx context.Context, s script, key string) (reply, error) {
	l, err := b.dial(ctx, key)
	if err != nil {
		return nil, err
	}
	defer l.hangUp()
	return l.eval(ctx, s, []string{key})
}

// send is how a script that may change something leaves: once, and whole.
var send = func(ctx context.Context, l *line, s script, keys []string, args []any) (reply, error) {
	return l.eval(ctx, s, keys, args...)
}

// dial returns a line to the node that has the key.
func (b *backend) dial(ctx context.Context, key string) (*line, error) {
	node, err := await(ctx, func() (*goredis.Client, error) { return b.server.node(ctx, key) })
	if err != nil {
		return nil, err
	}
	return newLine(node), nil
}

func (b *backend) masters(ctx context.Context) ([]*goredis.Client, error) {
	return await(ctx, func() ([]*goredis.Client, error) { return b.server.masters(ctx) })
}

func (l *line) eval(ctx context.Context, s script, keys []string, args ...any) (reply, error) {
	return ask(ctx, l, func(conn *goredis.Conn) (reply, error) {
		return conn.Eval(ctx, string(s), keys, args...).Slice()
	})
}
