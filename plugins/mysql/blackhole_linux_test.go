package mysql

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

func TestDialingABlackHoleEndsWithTheContext(t *testing.T) {
	t.Parallel()
	host, port, _ := net.SplitHostPort(servers.BlackHole(t))
	for name, operate := range everything {
		b := openAt(t, Config{Host: host, Port: port, User: "lock", Database: "ops"})
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(50*time.Millisecond, cancel)
		promptly(t, func() {
			if err := operate(ctx, b); !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}
