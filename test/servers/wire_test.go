package servers

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// heard is a server that answers each request by repeating it, and what it got.
func heard(t *testing.T) (addr string, got *atomic.Value) {
	t.Helper()
	got = &atomic.Value{}
	got.Store("")
	return Listen(t, func(conn net.Conn) {
		defer conn.Close()
		_, _ = io.Copy(write(func(request []byte) (int, error) {
			got.Store(got.Load().(string) + string(request))
			return conn.Write(request)
		}), conn)
	}), got
}

// exchange sends requests, each when the one before is answered, and returns all
// that was answered before the connection ended, or before nothing came any more.
func exchange(t *testing.T, addr string, requests ...string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	var all strings.Builder
	for _, request := range requests {
		if _, err := io.WriteString(conn, request); err != nil {
			break
		}
		answer := make([]byte, len(request))
		n, err := io.ReadFull(conn, answer)
		all.Write(answer[:n])
		if err != nil {
			break
		}
	}
	return all.String()
}

func isSecond(request string) bool { return request == "second" }

func TestWire(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wire        Wire
		got, answer string
	}{
		"nothing": {Wire{}, "firstsecondthird", "firstsecondthird"},
		"drop":    {Wire{Drop: isSecond}, "first", "first"},
		"lose":    {Wire{Lose: isSecond}, "firstsecond", "first"},
		"alter":   {Wire{Alter: strings.ToUpper}, "FIRSTSECONDTHIRD", "FIRSTSECONDTHIRD"},
		"answer": {Wire{Answer: func(request string, client io.Writer) bool {
			if isSecond(request) {
				_, _ = io.WriteString(client, "mine")
			}
			return isSecond(request)
		}}, "first", "firstmine"},
		"says": {Wire{Says: 8}, "firstsecond", "firstsec"},
	} {
		server, got := heard(t)
		answer := exchange(t, Behind(t, c.wire, server), "first", "second", "third")
		if answer != c.answer || got.Load() != c.got {
			t.Errorf("%s: the server got %q and the client %q; want %q and %q", name, got.Load(), answer, c.got, c.answer)
		}
	}
}

// Half of a request arrives, and the connection ends.
func TestWireCutsARequest(t *testing.T) {
	t.Parallel()
	server, got := heard(t)
	exchange(t, Behind(t, Wire{Asks: 8}, server), "first", "second", "third")
	wait(t, "half of it arrives", func() bool { return got.Load() == "firstsec" })
}

func TestWireHolds(t *testing.T) {
	t.Parallel()
	server, got := heard(t)
	var before string
	var times int
	exchange(t, Behind(t, Wire{Hold: First(isSecond, func() {
		time.Sleep(50 * time.Millisecond)
		before = got.Load().(string)
		times++
	})}, server), "first", "second", "second")
	if before != "first" || times != 1 {
		t.Errorf("held %d times, and the server had got %q", times, before)
	}
}

func TestWireCounts(t *testing.T) {
	t.Parallel()
	server, _ := heard(t)
	var said, asked, connections atomic.Int64
	addr := Behind(t, Wire{Said: &said, Asked: &asked, Connections: &connections, Drop: isSecond}, server)
	for range 3 {
		exchange(t, addr, "first", "second")
	}
	if said.Load() != 15 || asked.Load() != 33 || connections.Load() != 3 {
		t.Errorf("said %d, asked %d, over %d connections", said.Load(), asked.Load(), connections.Load())
	}
}

// What is lost stands still, and ends when it may.
func TestWireParts(t *testing.T) {
	t.Parallel()
	server, _ := heard(t)
	parted := make(chan struct{})
	begun := time.Now()
	const still = 200 * time.Millisecond
	time.AfterFunc(still, func() { close(parted) })
	answer := exchange(t, Behind(t, Wire{Lose: isSecond, Parted: parted}, server), "first", "second")
	if took := time.Since(begun); answer != "first" || took < still || took > 5*time.Second {
		t.Errorf("answered %q within %s", answer, took)
	}
}
