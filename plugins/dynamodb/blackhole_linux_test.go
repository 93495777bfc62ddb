package dynamodb

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
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
	for _, scheme := range []string{"http://", "https://"} {
		for name, operate := range everything {
			b := openAt(t, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: scheme + addr, AccessKeyID: "a", SecretAccessKey: secret})
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(100*time.Millisecond, cancel)
			within(t, 600*time.Millisecond, func() {
				isKind(t, name, operate(ctx, b), sdk.ErrUnavailable)
			})
			within(t, 500*time.Millisecond, func() { _ = b.Close() })
		}
	}
}

// A call without a deadline has one all the same, and a dial one of its own.
func TestDialingEndsByItself(t *testing.T) {
	t.Parallel()
	b := openAt(t, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://" + blackHole(t), AccessKeyID: "a", SecretAccessKey: secret})
	within(t, dialTimeout+time.Second, func() {
		isKind(t, "acquire", operations["acquire"](context.Background(), b), sdk.ErrUnavailable)
	})
}
