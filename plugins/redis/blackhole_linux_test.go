package redis

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

func TestDialingABlackHoleEndsWithTheContext(t *testing.T) {
	addr := servers.BlackHole(t)
	for _, c := range []Config{
		{URL: "redis://" + addr},
		{URL: "rediss://" + addr},
		{URL: "redis://" + addr + "?master_name=primary", Mode: "sentinel"},
		{URL: "redis://" + addr, Mode: "cluster"},
	} {
		b := openAt(t, c)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(100*time.Millisecond, cancel)
		promptly(t, func() {
			if _, err := b.Acquire(ctx, want("deploy")); !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%+v: %v", c, err)
			}
		})
		promptly(t, func() { _ = b.Close() })
	}
}
