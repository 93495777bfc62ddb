package etcd

import (
	"context"
	"errors"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	const prefix = "/conformance/"
	url := servers.Etcd(t).URL
	raw := client(t, url)
	conformance.Run(t, conformance.Store{
		Open: func(ctx context.Context) (sdk.Backend, error) {
			return Open(ctx, Config{Endpoints: url, Prefix: prefix})
		},
		Foreign: func(ctx context.Context, resource string) (func(context.Context) error, error) {
			return plant(ctx, raw, prefix+resource)
		},
	})
}

// plant puts an application's keys where a lock's would be: what looks like a
// lock, but is on no etcd lease.
func plant(ctx context.Context, raw *clientv3.Client, base string) (func(context.Context) error, error) {
	for _, part := range parts {
		if _, err := raw.Put(ctx, base+part, "12345678"); err != nil {
			return nil, err
		}
	}
	before, err := raw.Get(ctx, base, clientv3.WithPrefix())
	return func(ctx context.Context) error {
		after, err := raw.Get(ctx, base, clientv3.WithPrefix())
		if err != nil {
			return err
		}
		for i, kv := range before.Kvs {
			if len(after.Kvs) != len(before.Kvs) || kv.String() != after.Kvs[i].String() {
				return errors.New("the keys have changed")
			}
		}
		return nil
	}, err
}
