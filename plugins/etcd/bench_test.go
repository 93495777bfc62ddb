package etcd

import (
	"errors"
	"sync"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

func BenchmarkAcquireRelease(b *testing.B) {
	backend, _ := start(b)
	backendtest.BenchmarkGrants(b, backend)
}

func BenchmarkCurrent(b *testing.B) {
	backend, _ := start(b)
	backendtest.BenchmarkLooks(b, backend)
}

func BenchmarkList(b *testing.B) {
	backend, raw := start(b)
	backendtest.BenchmarkList(b, backend, func(seed sdk.Lease, n int, name func(int) string) error {
		const atOnce = 64
		errs := make([]error, atOnce)
		var running sync.WaitGroup
		for w := range atOnce {
			running.Go(func() {
				for i := w; i < n && errs[w] == nil; i += atOnce {
					errs[w] = backend.copy(b, raw, seed, name(i))
				}
			})
		}
		running.Wait()
		return errors.Join(errs...)
	})
}

// copy locks another resource as an acquire does, but at once.
func (b *backend) copy(t testing.TB, raw *clientv3.Client, seed sdk.Lease, name string) error {
	granted, err := raw.Grant(t.Context(), int64(seed.TTL.Seconds()))
	if err != nil {
		return err
	}
	l := lock{id: int64(granted.ID), principal: seed.Principal, reason: seed.Reason, created: seed.Created}
	place := b.place(name)
	_, err = b.kv.Txn(t.Context(), &pb.TxnRequest{Success: append(l.puts(place), count(place))})
	return err
}
