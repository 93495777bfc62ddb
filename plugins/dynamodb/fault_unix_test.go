//go:build unix

package dynamodb

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// freeze pauses a server. It may be called from any goroutine.
func freeze(t testing.TB, server *servers.DynamoDBServer) {
	t.Helper()
	if err := server.Pause(); err != nil {
		t.Error(err)
	}
}

// Each method must return within a second of the end of its context; these
// give it half of that. They take turns with one server.
func TestPausedServer(t *testing.T) {
	t.Parallel()
	server := servers.DynamoDB(t)
	c := Config{Table: "stormlock", Region: "eu-west-1", Endpoint: server.URL, AccessKeyID: "AKIApaused", SecretAccessKey: secret}
	b, _ := startAt(t, c)
	acquire(t, b, want("other"))
	for _, opened := range []bool{false, true} {
		for name, operate := range everything {
			t.Run(fmt.Sprintf("%s/opened=%t", name, opened), func(t *testing.T) {
				b := openAt(t, c)
				if opened {
					if _, err := b.Current(testContext(t), "other"); err != nil {
						t.Fatal(err)
					}
				}
				freeze(t, server)
				defer func() { _ = server.Resume() }()
				for end, begin := range map[string]func() (context.Context, context.CancelFunc){
					"no answer in time": func() (context.Context, context.CancelFunc) {
						return context.WithTimeout(context.Background(), 50*time.Millisecond)
					},
					"the call was cancelled": func() (context.Context, context.CancelFunc) {
						ctx, cancel := context.WithCancel(context.Background())
						time.AfterFunc(50*time.Millisecond, cancel)
						return ctx, cancel
					},
				} {
					ctx, cancel := begin()
					promptly(t, func() {
						// Frozen before the write was sent: certainly nothing written.
						err := operate(ctx, b)
						isKind(t, name, err, sdk.ErrUnavailable)
						contains(t, err, end, server.URL)
					})
					cancel()
				}
				promptly(t, func() { _ = b.Close() })
			})
		}
	}
}

// A server that is frozen, or killed, with the write in its socket: nobody
// knows.
func TestServerThatFallsSilentAtTheWrite(t *testing.T) {
	t.Parallel()
	for name, strike := range map[string]func(testing.TB, *servers.DynamoDBServer){
		"paused": freeze,
		"killed": func(_ testing.TB, s *servers.DynamoDBServer) { s.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := servers.DynamoDB(t)
			c := Config{Table: "stormlock", Region: "eu-west-1", Endpoint: server.URL, AccessKeyID: "AKIAsilent", SecretAccessKey: secret}
			straight, _ := startAt(t, c)
			f, c := before(t, c, nil)
			b := openAt(t, c)
			for _, operation := range []string{"acquire", "renew", "release"} {
				f.use(nil)
				if server.Pause() == nil { // it was not killed yet
					_ = server.Resume()
					_ = straight.Release(testContext(t), sdk.Lease{Resource: "data", ID: leaseID})
					ready(t, straight, operation)
				} else {
					return
				}
				ctx, cancel := context.WithCancel(testContext(t))
				struck := make(chan time.Time, 1)
				f.use(writesOnly(func(x *exchange) {
					strike(t, server)
					struck <- time.Now()
					time.AfterFunc(100*time.Millisecond, cancel)
					x.pass()
				}))
				isUnknown(t, operation, operations[operation](ctx, b))
				backendtest.PromptSince(t, <-struck)
				cancel()
				_ = server.Resume()
			}
		})
	}
}
