package redis

import (
	"context"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// A server is what the locks are on, whatever the mode. Operations run on one
// node that they ask for, never through the cluster client: it repeats a
// command whose reply is lost, and then nobody can tell what happened.
type server interface {
	node(ctx context.Context, key string) (*goredis.Client, error) // the primary that has the key
	masters(ctx context.Context) ([]*goredis.Client, error)        // all primaries, as of now
	ReloadState(ctx context.Context)                               // forgets, without waiting, which node has which key
	together() int                                                 // how many keys one script may look at, whatever they are
	Close() error
}

// An alone is a single server, or the primary that Sentinel names.
type alone struct{ *goredis.Client }

func (a alone) node(context.Context, string) (*goredis.Client, error) { return a.Client, nil }

func (a alone) masters(context.Context) ([]*goredis.Client, error) {
	return []*goredis.Client{a.Client}, nil
}

func (a alone) together() int { return scanCount }

// ReloadState has nothing to do: a lost connection is dialed anew, and Sentinel
// is asked anew then.
func (a alone) ReloadState(context.Context) {}

// A cluster is a Redis Cluster.
type cluster struct{ *goredis.ClusterClient }

func (c cluster) node(ctx context.Context, key string) (*goredis.Client, error) {
	return c.MasterForKey(ctx, key)
}

func (c cluster) masters(ctx context.Context) ([]*goredis.Client, error) {
	var mu sync.Mutex
	var nodes []*goredis.Client
	err := c.ForEachMaster(ctx, func(_ context.Context, node *goredis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		nodes = append(nodes, node)
		return nil
	})
	return nodes, err
}

// together is one: a script is for the keys of one slot.
func (c cluster) together() int { return 1 }
