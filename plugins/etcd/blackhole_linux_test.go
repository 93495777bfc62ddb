package etcd

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
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
				promptly(t, func() {
					if err := operate(ctx, b); !errors.Is(err, sdk.ErrUnavailable) {
						t.Errorf("%s: %v", name, err)
					}
				})
				promptly(t, func() { _ = b.Close() })
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
	within(t, dialTimeout+backendtest.Prompt, func() {
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
	promptly(t, func() { release(t, b, acquire(t, b, want("deploy"))) })
}
