package etcd

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

// blackHole returns a loopback address whose listener has a full backlog, so
// that the kernel drops every further SYN.
func blackHole(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*syscall.SockaddrInet4).Port}).String()
	for range 10 {
		conn, err := net.DialTimeout("tcp", addr, 100*time.Millisecond)
		if err != nil {
			return addr
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatal("the backlog does not fill up")
	return ""
}

func TestDialingABlackHoleEndsWithTheContext(t *testing.T) {
	t.Parallel()
	addr := blackHole(t)
	ca := newAuthority(t)
	var running sync.WaitGroup
	for _, c := range []Config{
		{Endpoints: "http://" + addr},
		{Endpoints: "https://" + addr},
		{Endpoints: "https://" + addr, CACert: ca.file, User: "ana", Password: "s3cr3t"},
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
	b := openAt(t, Config{Endpoints: "http://" + blackHole(t)})
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
	b := openAt(t, Config{Endpoints: "http://" + blackHole(t) + "," + url, Prefix: "/" + sdk.NewID() + "/"})
	within(t, 2*time.Second, func() { release(t, b, acquire(t, b, want("deploy"))) })
}
