package wire

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	p := listen(t, newEcho(t).addr)
	d := watch(p)
	c := dial(t, p.Addr())
	c.asks("a")
	c.asks("b")
	wait(t, "it was told", func() bool { return d.last() == Moment{Conn: d.last().Conn, Request: 2, Point: Told} })
	var points []Point
	for _, m := range d.all() {
		points = append(points, m.Point)
		if m.Conn.ID != 1 || m.Conn.Client.String() != c.LocalAddr().String() {
			t.Errorf("moment of %d, %v", m.Conn.ID, m.Conn.Client)
		}
	}
	if want := []Point{Asked, Sent, Answered, Told, Asked, Sent, Answered, Told}; !slices.Equal(points, want) {
		t.Errorf("points: %v", points)
	}
}

// stand has the connection stand still at a point of its second request.
func stand(p *Proxy, point Point) (there <-chan Moment, goOn chan<- bool) {
	reached, released := make(chan Moment), make(chan bool)
	p.Watch(func(m Moment) {
		if m.Request == 2 && m.Point == point {
			reached <- m
			<-released
		}
	})
	return reached, released
}

func TestStandStill(t *testing.T) {
	for name, test := range map[string]struct {
		point Point
		heard string // by the server, meanwhile
		told  bool   // the client, meanwhile
	}{
		"asked":    {Asked, "1: a", false},
		"sent":     {Sent, "1: a, 1: b", false},
		"answered": {Answered, "1: a, 1: b", false},
		"told":     {Told, "1: a, 1: b", true},
	} {
		t.Run(name, func(t *testing.T) {
			server, p := throughProxy(t)
			there, goOn := stand(p, test.point)
			c := dial(t, p.Addr())
			c.asks("a")
			c.say("b")
			<-there
			waitLog(t, server, test.heard)
			if test.told {
				c.hears("b")
			} else {
				c.hearsNothing()
			}
			goOn <- true
			if !test.told {
				c.hears("b")
			}
			c.asks("c")
		})
	}
}

// A rule that is set while a connection stands still is obeyed from there on.
func TestSetAtAMoment(t *testing.T) {
	server, p := throughProxy(t)
	p.Watch(func(m Moment) {
		if m.Request == 2 && m.Point == Asked {
			_ = p.Set(Rule{Drop: ToServer})
		}
	})
	c := dial(t, p.Addr())
	c.asks("a")
	c.say("b")
	c.hearsNothing()
	if server.log() != "1: a" {
		t.Errorf("the server heard %q", server.log())
	}
}

// Sent is when a request in two pieces is whole.
func TestSentIsWhole(t *testing.T) {
	p := listen(t, newEcho(t).addr)
	sent, come := make(chan string, 1), make(chan bool, 1)
	p.Watch(func(m Moment) {
		if m.Point == Asked {
			come <- true
		}
		if m.Point == Sent {
			sent <- string(m.Conn.turns.said[0])
		}
	})
	defer func(was time.Duration) { settled = was }(settled)
	settled = 10 * patience // so that only the answer can end it
	c := dial(t, p.Addr())
	_, _ = io.WriteString(c, "in ")
	wait(t, "the first piece has come", func() bool { return len(come) == 1 })
	c.say("pieces")
	if got := <-sent; got != "in pieces\n" {
		t.Errorf("sent %q", got)
	}
	_ = p.Close() // before the time is put back
}

func TestOwnerIsKilledAtAMoment(t *testing.T) {
	server, p := throughProxy(t)
	owners := make(chan int, 1)
	p.Watch(func(m Moment) {
		if m.Point != Answered {
			return
		}
		pid, err := m.Conn.Owner()
		if err != nil {
			t.Error(err)
			return
		}
		owners <- pid
		if process, err := os.FindProcess(pid); err != nil || process.Kill() != nil {
			t.Errorf("kill %d: %v", pid, err)
		}
	})
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "WIRE_CLIENT="+p.Addr())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	parent, err := Parent(cmd.Process.Pid)
	if err != nil || parent != os.Getpid() {
		t.Errorf("parent %d, %v, want %d", parent, err, os.Getpid())
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != -1 {
		t.Errorf("the client ended by itself: %v", err)
	}
	if pid := <-owners; pid != cmd.Process.Pid {
		t.Errorf("owner %d, want %d", pid, cmd.Process.Pid)
	}
	waitLog(t, server, "1: hello")
	wait(t, "it is forgotten", func() bool { return p.Conns() == 0 })
}

func TestOwnerOfNothing(t *testing.T) {
	p := listen(t, newEcho(t).addr)
	if pid, err := Owner(p.addr, p.addr); err == nil {
		t.Errorf("owner %d", pid)
	}
	if parent, err := Parent(1 << 30); err == nil {
		t.Errorf("parent %d", parent)
	}
}
