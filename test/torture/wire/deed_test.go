package wire

import (
	"io"
	"testing"
	"time"
)

func TestCut(t *testing.T) {
	server, p := throughProxy(t)
	set(t, p, Rule{Do: Cut, Request: 2, Conns: 1})
	c := dial(t, p.Addr())
	c.asks("a")
	c.say("b")
	c.isReset()
	again := dial(t, p.Addr())
	again.asks("c")
	again.asks("d")
	if got := server.log(); got != "1: a, 2: c, 2: d" {
		t.Errorf("the server heard %q", got)
	}
}

func TestSwallow(t *testing.T) {
	server, p := throughProxy(t)
	set(t, p, Rule{Do: Swallow, Request: 2, Conns: 2})
	for range 2 {
		c := dial(t, p.Addr())
		c.asks("a")
		c.say("b")
		c.isReset()
	}
	c := dial(t, p.Addr())
	c.asks("a")
	c.asks("b")
	if got := server.log(); got != "1: a, 1: b, 2: a, 2: b, 3: a, 3: b" {
		t.Errorf("the server heard %q", got)
	}
}

// Connections that do not get to the request, or do not match, do not count.
func TestMatch(t *testing.T) {
	_, p := throughProxy(t)
	set(t, p, Rule{Do: Cut, Request: 2, Conns: 1, Match: func(c *Conn) bool { return c.ID > 2 }})
	short, other, meant := dial(t, p.Addr()), dial(t, p.Addr()), dial(t, p.Addr())
	short.asks("a")
	other.asks("b")
	meant.asks("c")
	other.asks("d")
	meant.say("e")
	meant.isReset()
}

func TestHold(t *testing.T) {
	server, p := throughProxy(t)
	d := watch(p)
	set(t, p, Rule{Do: Hold, Request: 2, Conns: 1})
	c := dial(t, p.Addr())
	c.asks("a")
	_, _ = io.WriteString(c, "in ")
	time.Sleep(settled) // two pieces are still one request
	c.say("pieces")
	wait(t, "it is held", func() bool { return d.last().Point == Kept })
	c.say("too late")
	c.hearsNothing()
	_ = c.Close()
	dial(t, p.Addr()).asks("b")
	if got := server.log(); got != "1: a, 2: b" {
		t.Fatalf("the server heard %q", got)
	}
	if p.Late() != 1 {
		t.Errorf("%d late requests", p.Late())
	}
	p.Release()
	waitLog(t, server, "1: a, 2: b, 1: in pieces")
	wait(t, "it is settled", func() bool { return p.Late() == 0 })
	if m := d.last(); m.Point != Settled || m.Err != nil || m.Request != 2 || m.Conn.ID != 1 {
		t.Errorf("last moment: %+v", m)
	}
}

// Whoever waits for a held request is left in silence until another rule.
func TestHoldIsSilent(t *testing.T) {
	server, p := throughProxy(t)
	set(t, p, Rule{Do: Hold, Request: 1, After: 10 * time.Millisecond})
	c := dial(t, p.Addr())
	c.say("a")
	waitLog(t, server, "1: a")
	wait(t, "it is settled", func() bool { return p.Late() == 0 })
	c.hearsNothing()
	set(t, p, Rule{})
	c.isReset()
}

// A late request that cannot be delivered says so.
func TestHoldFails(t *testing.T) {
	p := listen(t, newEcho(t).addr)
	d := watch(p)
	set(t, p, Rule{Do: Hold, Request: 1, Drop: ToServer})
	dial(t, p.Addr()).say("a")
	wait(t, "it is held", func() bool { return d.last().Point == Kept })
	p.Retarget("127.0.0.1:1")
	p.Release()
	wait(t, "it is settled", func() bool { return p.Late() == 0 })
	if m := d.last(); m.Point != Settled || m.Err == nil {
		t.Errorf("last moment: %+v", m)
	}
}

func TestRepeat(t *testing.T) {
	server, p := throughProxy(t)
	set(t, p, Rule{Do: Repeat, Request: 2, Conns: 1})
	c := dial(t, p.Addr())
	for _, line := range []string{"a", "b", "c"} {
		c.asks(line)
	}
	if p.Late() != 1 {
		t.Fatalf("%d late requests", p.Late())
	}
	p.Release()
	waitLog(t, server, "1: a, 1: b, 1: c, 2: a, 2: b")
	wait(t, "it is settled", func() bool { return p.Late() == 0 })
	c.asks("d")
	waitLog(t, server, "1: a, 1: b, 1: c, 2: a, 2: b, 1: d")
}

// A request that is not answered is repeated once its connection has ended, and
// then as the rule said that it met.
func TestRepeatWithoutAnAnswer(t *testing.T) {
	server, p := throughProxy(t)
	set(t, p, Rule{Do: Repeat, Request: 2, After: 10 * time.Millisecond})
	c := dial(t, p.Addr())
	c.asks("a")
	c.say("hush")
	wait(t, "it has come", func() bool { return p.rule.Load().done.Load() == 1 })
	set(t, p, Rule{})
	_ = c.Close()
	waitLog(t, server, "1: a, 1: hush, 2: a, 2: hush")
}
