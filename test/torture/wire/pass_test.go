package wire

import (
	"errors"
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestPass(t *testing.T) {
	_, p := throughProxy(t)
	one, two := dial(t, p.Addr()), dial(t, p.Addr())
	one.asks("a")
	two.asks("b")
	one.asks(strings.Repeat("x", 60_000))
	if n := p.Conns(); n != 2 {
		t.Errorf("%d connections", n)
	}
	if err := one.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	one.hearsTheEnd()
	wait(t, "one connection is left", func() bool { return p.Conns() == 1 })
}

func TestCloseLeavesNothing(t *testing.T) {
	server := newEcho(t)
	dial(t, server.addr).asks("warm up")
	before := runtime.NumGoroutine()
	p := listen(t, server.addr)
	set(t, p, Rule{Do: Hold, Request: 2})
	black, held, idle := dial(t, p.Addr()), dial(t, p.Addr()), dial(t, p.Addr())
	for _, c := range []*client{black, held, idle} {
		c.asks("a")
	}
	held.say("b")
	wait(t, "a request is held", func() bool { return p.Late() == 1 })
	set(t, p, Rule{DelayToServer: time.Hour, Drop: ToClient})
	black.say("c")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if n, late := p.Conns(), p.Late(); n != 0 || late != 0 {
		t.Errorf("%d connections, %d late requests", n, late)
	}
	if !calm(before) {
		t.Errorf("%d goroutines, before %d", runtime.NumGoroutine(), before)
	}
	if _, err := net.Dial("tcp", p.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after Close: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestRetarget(t *testing.T) {
	first, second := newEcho(t), newEcho(t)
	p := listen(t, first.addr)
	old := dial(t, p.Addr())
	old.asks("a")
	p.Retarget(second.addr)
	dial(t, p.Addr()).asks("b")
	old.asks("c")
	if first.log() != "1: a, 1: c" || second.log() != "1: b" {
		t.Errorf("first %q, second %q", first.log(), second.log())
	}
}

// A server that is not there resets who has connected to the proxy.
func TestServerIsGone(t *testing.T) {
	_, p := throughProxy(t)
	p.Retarget("127.0.0.1:1")
	if conn, err := net.Dial("tcp", p.Addr()); err == nil {
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		_, err = conn.Read(make([]byte, 1))
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("read: %v", err)
		}
	} else if !errors.Is(err, syscall.ECONNRESET) { // already
		t.Error(err)
	}
	wait(t, "it is forgotten", func() bool { return p.Conns() == 0 })
}

func TestDelay(t *testing.T) {
	const d = 200 * time.Millisecond
	for name, rule := range map[string]Rule{"to server": {DelayToServer: d}, "to client": {DelayToClient: d}} {
		t.Run(name, func(t *testing.T) {
			p := listen(t, newEcho(t).addr)
			c := dial(t, p.Addr())
			c.asks("a")
			set(t, p, rule)
			start := time.Now()
			c.say("b")
			c.say("c")
			c.hears("b")
			if took := time.Since(start); took < d {
				t.Errorf("answered after %v", took)
			}
			c.hears("c")
			if took := time.Since(start); took >= 2*d {
				t.Errorf("delays add up to %v", took)
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	p := listen(t, newEcho(t).addr)
	c := dial(t, p.Addr())
	c.asks("a")
	set(t, p, Rule{Refuse: true})
	if _, err := net.Dial("tcp", p.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("dial: %v", err)
	}
	if l, err := net.Listen("tcp", p.Addr()); err == nil && runtime.GOOS == "linux" {
		_ = l.Close() // it shares the port with SO_REUSEADDR; nobody is given it by chance
	}
	c.asks("b")
	set(t, p, Rule{})
	dial(t, p.Addr()).asks("c")
}
