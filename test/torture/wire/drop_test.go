package wire

import "testing"

func TestDrop(t *testing.T) {
	for name, test := range map[string]struct {
		way   Way
		heard string
	}{
		"both":      {Both, "1: a"},
		"to server": {ToServer, "1: a"},
		"to client": {ToClient, "1: a, 1: b"},
	} {
		t.Run(name, func(t *testing.T) {
			server, p := throughProxy(t)
			c := dial(t, p.Addr())
			c.asks("a")
			set(t, p, Rule{Drop: test.way})
			c.say("b")
			c.hearsNothing()
			waitLog(t, server, test.heard)
			set(t, p, Rule{})
			c.isReset()
			dial(t, p.Addr()).asks("d")
		})
	}
}

// A stream with a hole stays black until nothing is dropped any more.
func TestAHoleIsNotMended(t *testing.T) {
	server, p := throughProxy(t)
	c := dial(t, p.Addr())
	c.asks("a")
	set(t, p, Rule{Drop: ToServer})
	c.say("b")
	c.hearsNothing()
	set(t, p, Rule{Drop: ToClient})
	c.say("c")
	c.hearsNothing()
	if server.log() != "1: a" {
		t.Errorf("the server heard %q", server.log())
	}
	set(t, p, Rule{})
	c.isReset()
}

func TestWhatLostNothingGoesOn(t *testing.T) {
	_, p := throughProxy(t)
	old := dial(t, p.Addr())
	old.asks("a")
	set(t, p, Rule{Drop: Both})
	late := dial(t, p.Addr())
	wait(t, "it is accepted", func() bool { return p.Conns() == 2 })
	set(t, p, Rule{})
	old.asks("b")
	late.asks("c")
}

// In a black hole nobody hears that the server is not there, nor that the client
// has gone.
func TestDropHidesEnds(t *testing.T) {
	_, p := throughProxy(t)
	gone := dial(t, p.Addr())
	gone.asks("a")
	set(t, p, Rule{Drop: Both})
	p.Retarget("127.0.0.1:1")
	dial(t, p.Addr()).hearsNothing()
	_ = gone.Close()
	set(t, p, Rule{})
	wait(t, "all are forgotten", func() bool { return p.Conns() == 0 })
}
