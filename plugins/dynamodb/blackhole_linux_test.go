package dynamodb

import (
	"context"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

func TestDialingABlackHoleEndsWithTheContext(t *testing.T) {
	t.Parallel()
	addr := servers.BlackHole(t)
	for _, scheme := range []string{"http://", "https://"} {
		for name, operate := range everything {
			b := openAt(t, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: scheme + addr, AccessKeyID: "a", SecretAccessKey: secret})
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(100*time.Millisecond, cancel)
			promptly(t, func() {
				isKind(t, name, operate(ctx, b), sdk.ErrUnavailable)
			})
			promptly(t, func() { _ = b.Close() })
		}
	}
}

// A call without a deadline has one all the same, and a dial one of its own.
func TestDialingEndsByItself(t *testing.T) {
	t.Parallel()
	b := openAt(t, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://" + servers.BlackHole(t), AccessKeyID: "a", SecretAccessKey: secret})
	within(t, dialTimeout+backendtest.Prompt, func() {
		isKind(t, "acquire", operations["acquire"](context.Background(), b), sdk.ErrUnavailable)
	})
}
