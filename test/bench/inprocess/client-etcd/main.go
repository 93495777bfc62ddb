// Command client-etcd reads etcd by its own client alone, for `make bench`.
package main

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/test/bench/inprocess"
)

const (
	page       = 1000
	atOnce     = 16  // questions for the time that is left, as many as the backend asks
	fillAtOnce = 100 // requests that write
	ttl        = 24 * 3600
)

func main() {
	inprocess.ClientMain(func(_ context.Context, settings map[string]string) (inprocess.Client, error) {
		c, err := clientv3.New(clientv3.Config{Endpoints: strings.Split(settings["endpoints"], ",")})
		return client{c}, err
	})
}

type client struct{ *clientv3.Client }

// Fill gives each copy an etcd lease, as each lock has one.
func (c client) Fill(ctx context.Context, copies int) error {
	seed, err := c.Get(ctx, "/"+inprocess.Seed+"/", clientv3.WithPrefix())
	if err != nil {
		return err
	}
	return each(fillAtOnce, copies, func(n int) error {
		lease, err := c.Grant(ctx, ttl)
		if err != nil {
			return err
		}
		var puts []clientv3.Op
		for _, kv := range seed.Kvs {
			if kv.Lease != 0 { // else it outlives the lock
				puts = append(puts, copied(kv, n, lease.ID))
			}
		}
		_, err = c.Txn(ctx).Then(puts...).Commit()
		return err
	})
}

// copied is what puts a key of the lock at the n-th copy.
func copied(kv *mvccpb.KeyValue, n int, lease clientv3.LeaseID) clientv3.Op {
	part := string(kv.Key[strings.LastIndexByte(string(kv.Key), '/'):])
	value := string(kv.Value)
	if part == "/id" {
		value = strconv.FormatInt(int64(lease), 16)
	}
	return clientv3.OpPut("/"+inprocess.Name(n)+part, value, clientv3.WithLease(lease))
}

// Read asks for all keys, and for each lock how long its etcd lease lasts, which
// etcd tells one at a time.
func (c client) Read(ctx context.Context) (n int, err error) {
	end := clientv3.GetPrefixRangeEnd("/")
	for from, more := "/", true; more; {
		found, err := c.Get(ctx, from, clientv3.WithRange(end), clientv3.WithLimit(page))
		if err != nil {
			return n, err
		}
		leases := leasesOf(found.Kvs)
		if err := each(atOnce, len(leases), func(i int) error {
			_, err := c.TimeToLive(ctx, leases[i])
			return err
		}); err != nil {
			return n, err
		}
		n += len(leases)
		if more = found.More; more {
			from = string(found.Kvs[len(found.Kvs)-1].Key) + "\x00"
		}
	}
	return n, nil
}

func leasesOf(keys []*mvccpb.KeyValue) (leases []clientv3.LeaseID) {
	for _, kv := range keys {
		if strings.HasSuffix(string(kv.Key), "/id") {
			leases = append(leases, clientv3.LeaseID(kv.Lease))
		}
	}
	return leases
}

// each calls do for every number below n, some at the same time.
func each(atOnce, n int, do func(int) error) (err error) {
	var running sync.WaitGroup
	numbers, faults := make(chan int), make(chan error, n)
	for range atOnce {
		running.Go(func() {
			for i := range numbers {
				if err := do(i); err != nil {
					faults <- err
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	running.Wait()
	select {
	case err = <-faults:
	default:
	}
	return err
}
