package etcd

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

func TestDialingABlackHoleEndsWithTheContext(t *testing.T) {
	t.Parallel()
	addr := servers.BlackHole(t)
	ca := servers.NewAuthority(t)
	var running sync.WaitGroup
	for _, c := range []Config{
		{Endpoints: "http://" + addr},
		{Endpoints: "https://" + addr},
		{Endpoints: "https://" + addr, CACert: ca.File, User: "ana", Password: "s3cr3t"},
	} {
		for name, operate := range everything() {
			b := openAt(t, c)
			running.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(100*time.Millisecond, cancel)
				within(t, 2*time.Second, func() {
					if err := operate(ctx, b); !errors.Is(err, sdk.ErrUnavailable) {
						t.Errorf("%s: %v", name, err)
					}
				})
				within(t, time.Second, func() { _ = b.Close() })
			})
		}
	}
	running.Wait()
}

// An endpoint that swallows everything is given up before the call's time is
// over, and says so.
func TestBlackHoleIsGivenUp(t *testing.T) {
	t.Parallel()
	b := openAt(t, Config{Endpoints: "http://" + servers.BlackHole(t)})
	within(t, dialTimeout+time.Second, func() {
		_, err := b.Current(testContext(t), "deploy")
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("error = %v", err)
		}
		contains(t, err, "i/o timeout")
	})
}

func TestBlackHoleBesideAServerDoesNotMatter(t *testing.T) {
	t.Parallel()
	url := servers.SharedEtcd(t)
	b := openAt(t, Config{Endpoints: "http://" + servers.BlackHole(t) + "," + url, Prefix: "/" + sdk.NewID() + "/"})
	within(t, 2*time.Second, func() { release(t, b, acquire(t, b, want("deploy"))) })
}
