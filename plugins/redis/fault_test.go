package redis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// everything is each method that does I/O.
var everything = backendtest.Everything(operations)

func TestServerDownIsUnavailable(t *testing.T) {
	b, _, server := start(t)
	server.Stop()
	for name, operate := range everything {
		err := operate(testContext(t), b)
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err, server.Addr, "connection refused", `"url"`)
	}
}

// Each method must return within a second of the end of its context; these
// give it half of that.
func TestPausedServerAndCancellation(t *testing.T) {
	for _, opened := range []bool{false, true} {
		for name, operate := range everything {
			t.Run(fmt.Sprintf("%s/opened=%t", name, opened), func(t *testing.T) {
				b, _, server := start(t)
				if opened {
					acquire(t, b, want("other"))
				}
				if err := server.Pause(); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(100*time.Millisecond, cancel)
				promptly(t, func() {
					// Frozen before the script was sent: certainly nothing written.
					if err := operate(ctx, b); !errors.Is(err, sdk.ErrUnavailable) {
						t.Errorf("error = %v", err)
					}
				})
				promptly(t, func() { _ = b.Close() })
			})
		}
	}
}

func TestDeadlineWithoutAnswer(t *testing.T) {
	b, _, server := start(t)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	for name, operate := range everything {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		promptly(t, func() {
			err := operate(ctx, b)
			if !errors.Is(err, sdk.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
			contains(t, err, "no answer in time", server.Addr)
		})
		cancel()
	}
}

// A proxy passes bytes on until it is told to swallow the answers to scripts.
// It stands for a network that breaks at the worst moment.
func proxy(t *testing.T, to string, breaks func(request string) bool) string {
	t.Helper()
	return proxyAt(t, func(in net.Conn) { relay(in, to, breaks) })
}

// proxyAt starts a proxy that serves each connection by itself.
func proxyAt(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	return "redis://" + servers.Listen(t, serve)
}

func relay(in net.Conn, to string, breaks func(string) bool) {
	relayBetween(in, to, func([]byte) bool { return true }, breaks)
}

// relayIf ends the connection at the first request that it may not pass on.
func relayIf(in net.Conn, to string, passes func([]byte) bool) {
	relayBetween(in, to, passes, func(string) bool { return false })
}

func relayBetween(in net.Conn, to string, passes func([]byte) bool, breaks func(string) bool) {
	defer in.Close()
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer out.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := in.Read(buffer)
		if err != nil {
			return
		}
		request := bytes.Clone(buffer[:n])
		if !passes(request) {
			return
		}
		if _, err := out.Write(request); err != nil {
			return
		}
		if n, err = out.Read(buffer); err != nil || breaks(string(request)) {
			return
		}
		if _, err := in.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func isScript(request string) bool { return strings.Contains(request, "eval") }

func TestLostReplyIsUnknownAndARepeatSettlesIt(t *testing.T) {
	_, raw, server := start(t)
	broken := openAt(t, Config{URL: proxy(t, server.Addr, isScript)})
	w := want("deploy")
	_, err := broken.Acquire(testContext(t), w)
	isUnknown(t, "acquire", err)
	contains(t, err, "no answer to the request")
	if must(t, raw.Exists(testContext(t), "deploy")) != 1 {
		t.Fatal("the request did not reach the server")
	}
	straight := openAt(t, Config{URL: server.URL})
	if got := acquire(t, straight, w); got.ID != w.ID {
		t.Errorf("repeat: %+v", got)
	}

	_, err = broken.Renew(testContext(t), w)
	isUnknown(t, "renew", err)
	isUnknown(t, "release", broken.Release(testContext(t), w))
	if _, err := broken.Current(testContext(t), "deploy"); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("current: %v", err)
	}
}

func TestCancellationAfterTheScriptWasSentIsUnknown(t *testing.T) {
	for _, name := range []string{"acquire", "renew", "release"} {
		_, _, server := start(t)
		ctx, cancel := context.WithCancel(context.Background())
		var cancelled time.Time
		hold := make(chan struct{})
		slow := openAt(t, Config{URL: proxy(t, server.Addr, func(request string) bool {
			if isScript(request) {
				cancelled = time.Now()
				cancel()
				<-hold
			}
			return false
		})})
		isUnknown(t, name, operations[name](ctx, slow))
		backendtest.PromptSince(t, cancelled)
		close(hold)
	}
}

func TestLostReplyToTheClockIsCertain(t *testing.T) {
	_, _, server := start(t)
	broken := openAt(t, Config{URL: proxy(t, server.Addr, func(r string) bool { return strings.Contains(r, "time") })})
	for _, name := range []string{"acquire", "renew", "release"} {
		if err := operations[name](testContext(t), broken); !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The worst moment: the clock was read, so the script is sent, and the server
// freezes or dies just then. Nobody can know; and a script that a thawed server
// runs late must have no effect.
func TestServerGoneBetweenClockAndScript(t *testing.T) {
	for _, name := range []string{"acquire", "renew", "release"} {
		t.Run(name+"/frozen", func(t *testing.T) {
			b, raw, server := goneAtTheScript(t, func(s *servers.RedisServer) error { return s.Pause() })
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			within(t, 2*time.Second+backendtest.Prompt, func() { isUnknown(t, name, operations[name](ctx, b)) })
			time.Sleep(50 * time.Millisecond) // the deadline is past on any clock
			if err := server.Resume(); err != nil {
				t.Fatal(err)
			}
			awaitScripts(t, raw, 1)
			left, free := must(t, raw.PTTL(testContext(t), "data")), name == "acquire"
			if free != (left < 0) || left > time.Minute || !free && left < 30*time.Second {
				t.Errorf("the late script left a TTL of %s", left)
			}
		})
		t.Run(name+"/killed", func(t *testing.T) {
			b, _, _ := goneAtTheScript(t, func(s *servers.RedisServer) error { s.Stop(); return nil })
			isUnknown(t, name, operations[name](testContext(t), b))
		})
	}
}

// goneAtTheScript starts a server to which something happens right after it has
// told its clock. It holds a lock for the operations that need one.
func goneAtTheScript(t *testing.T, happen func(*servers.RedisServer) error) (sdk.Backend, *goredis.Client, *servers.RedisServer) {
	t.Helper()
	_, raw, server := start(t)
	if !strings.Contains(t.Name(), "acquire") {
		pythonLock(t, raw, "data", "1.5")
	}
	url := proxy(t, server.Addr, func(request string) bool {
		if strings.Contains(request, "time") && !isScript(request) {
			if err := happen(server); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	return openAt(t, Config{URL: url}), raw, server
}

func TestWrongHostIsUnavailable(t *testing.T) {
	for _, c := range []Config{
		{URL: "redis://:s3cr3t@nohost.invalid:6379"},
		{URL: "rediss://:s3cr3t@nohost.invalid:6379"},
		{URL: "redis://nohost.invalid:6379?master_name=locks&password=s3cr3t", Mode: "sentinel"},
		{URL: "redis://:s3cr3t@nohost.invalid:6379", Mode: "cluster"},
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		_, err := openAt(t, c).Acquire(ctx, want("deploy"))
		cancel()
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%+v: %v", c, err)
		}
		contains(t, err, "nohost.invalid", `"url"`)
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the password is shown: %v", err)
		}
	}
}
