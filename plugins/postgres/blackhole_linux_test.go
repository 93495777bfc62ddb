package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

func TestDialingABlackHoleEndsWithTheContext(t *testing.T) {
	t.Parallel()
	addr := servers.BlackHole(t)
	for _, suffix := range []string{"?sslmode=disable", "", "?sslmode=require"} {
		for name, operate := range everything {
			b := openAt(t, Config{Connection: "postgres://" + addr + "/locks" + suffix})
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(50*time.Millisecond, cancel)
			promptly(t, func() {
				if err := operate(ctx, b); !errors.Is(err, sdk.ErrUnavailable) {
					t.Errorf("%s, %s: %v", suffix, name, err)
				}
			})
			promptly(t, func() { _ = b.Close() })
		}
	}
}
