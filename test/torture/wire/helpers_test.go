package wire

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// soon is when something that must not happen would have happened.
const soon = 150 * time.Millisecond

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// An echo is a server that answers each line with the line, but not hush.
type echo struct {
	addr string

	mu    sync.Mutex
	heard []string // "connection: line"
}

func newEcho(t *testing.T) *echo {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &echo{addr: listener.Addr().String()}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for id := 1; ; id++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go e.serve(id, conn)
		}
	}()
	return e
}

// throughProxy is an echo with a proxy before it.
func throughProxy(t *testing.T) (*echo, *Proxy) {
	t.Helper()
	e := newEcho(t)
	return e, listen(t, e.addr)
}

func (e *echo) serve(id int, conn net.Conn) {
	defer conn.Close()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		e.mu.Lock()
		e.heard = append(e.heard, fmt.Sprintf("%d: %s", id, lines.Text()))
		e.mu.Unlock()
		if lines.Text() != "hush" {
			fmt.Fprintln(conn, lines.Text())
		}
	}
}

func (e *echo) log() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.heard, ", ")
}

func listen(t *testing.T, server string) *Proxy {
	t.Helper()
	p, err := Listen(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func set(t *testing.T, p *Proxy, r Rule) {
	t.Helper()
	if err := p.Set(r); err != nil {
		t.Fatal(err)
	}
}

// A client speaks in lines.
type client struct {
	net.Conn
	t     *testing.T
	lines *bufio.Reader
}

func dial(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{Conn: conn, t: t, lines: bufio.NewReader(conn)}
}

func (c *client) say(line string) {
	c.t.Helper()
	if _, err := fmt.Fprintln(c, line); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) hears(want string) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if got, err := c.lines.ReadString('\n'); err != nil || strings.TrimSpace(got) != want {
		c.t.Fatalf("heard %q, %v, want %q", got, err, want)
	}
}

func (c *client) asks(line string) {
	c.t.Helper()
	c.say(line)
	c.hears(line)
}

func (c *client) hearsNothing() {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(soon))
	if got, err := c.lines.ReadString('\n'); !errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Fatalf("heard %q, %v, want nothing", got, err)
	}
}

func (c *client) isReset() {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if got, err := c.lines.ReadString('\n'); got != "" || !errors.Is(err, syscall.ECONNRESET) {
		c.t.Fatalf("heard %q, %v, want a reset", got, err)
	}
}

func (c *client) hearsTheEnd() {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if got, err := c.lines.ReadString('\n'); got != "" || !errors.Is(err, io.EOF) {
		c.t.Fatalf("heard %q, %v, want the end", got, err)
	}
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain until " + what)
		}
	}
}

func waitLog(t *testing.T, server *echo, want string) {
	t.Helper()
	wait(t, "the server heard "+want, func() bool { return server.log() == want })
}

// diary notes moments.
type diary struct {
	mu    sync.Mutex
	notes []Moment
}

func watch(p *Proxy) *diary {
	d := &diary{}
	p.Watch(func(m Moment) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.notes = append(d.notes, m)
	})
	return d
}

func (d *diary) all() []Moment {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Moment(nil), d.notes...)
}

func (d *diary) last() (m Moment) {
	if notes := d.all(); len(notes) > 0 {
		m = notes[len(notes)-1]
	}
	return m
}

// TestMain doubles as a client in a process of its own, and looks for goroutines
// that are left when all tests have ended.
func TestMain(m *testing.M) {
	if addr := os.Getenv("WIRE_CLIENT"); addr != "" {
		os.Exit(converse(addr))
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	if code == 0 && !calm(before) {
		buffer := make([]byte, 1<<20)
		fmt.Printf("goroutines are left:\n%s\n", buffer[:runtime.Stack(buffer, true)])
		code = 1
	}
	os.Exit(code)
}

func calm(most int) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if runtime.NumGoroutine() <= most {
			return true
		}
	}
	return false
}

func converse(addr string) int {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 1
	}
	defer conn.Close()
	fmt.Fprintln(conn, "hello")
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil {
		return 1
	}
	return 0
}
