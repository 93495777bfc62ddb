package wire

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// A Proxy stands between clients and a server.
type Proxy struct {
	addr    netip.AddrPort
	closing context.Context // ends with Close
	end     context.CancelFunc
	running sync.WaitGroup
	free    func() // gives the port back

	rule    atomic.Pointer[ruling]
	watcher atomic.Pointer[func(Moment)]
	late    atomic.Int64 // requests that are held, or are to be repeated

	mu       sync.Mutex
	server   string
	listener net.Listener // nil while connections are refused
	conns    map[*Conn]bool
	last     int           // the latest connection's number
	release  chan struct{} // closed by Release
}

// Listen starts a proxy before a server, on a free loopback port. It lets
// everything pass.
func Listen(server string) (*Proxy, error) {
	addr, free, err := reserve()
	if err != nil {
		return nil, fmt.Errorf("wire: no loopback port: %w", err)
	}
	p := &Proxy{addr: addr, free: free, server: server, conns: map[*Conn]bool{}, release: make(chan struct{})}
	p.closing, p.end = context.WithCancel(context.Background())
	if err := p.Set(Rule{}); err != nil {
		return nil, p.fail(err)
	}
	return p, nil
}

func (p *Proxy) fail(err error) error {
	_ = p.Close()
	return err
}

// Addr is where clients connect to instead of the server.
func (p *Proxy) Addr() string { return p.addr.String() }

// Close ends the proxy with all of its connections, and returns when nothing of
// it is left. Held requests are lost.
func (p *Proxy) Close() error {
	p.end()
	p.mu.Lock()
	err := p.shut()
	p.mu.Unlock()
	p.running.Wait()
	p.free()
	return err
}

// Conns returns how many connections are open now, counting those that wait for
// a held request although their client has gone. Copies that are delivered by
// Repeat are not counted.
func (p *Proxy) Conns() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns)
}

// Retarget chooses the server of new connections.
func (p *Proxy) Retarget(server string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = server
}

// Set changes what happens from now on, to existing and new connections. Late
// requests stay late and come through any rule. The error is one of the
// listener, after an end of Refuse.
func (p *Proxy) Set(r Rule) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule.Store(&ruling{Rule: r})
	for c := range p.conns {
		c.wake()
	}
	if r.Refuse || p.closing.Err() != nil {
		return p.shut()
	}
	return p.open()
}

// Release delivers what is held now, and what is to be repeated.
func (p *Proxy) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.release)
	p.release = make(chan struct{})
}

// Late returns how many requests are held, or are to be repeated, and are not
// settled yet.
func (p *Proxy) Late() int { return int(p.late.Load()) }

// due returns a function that waits until a late request is to be delivered, and
// tells whether it is; a Release from now on counts.
func (p *Proxy) due(after time.Duration) (wait func() bool) {
	p.mu.Lock()
	released := p.release
	p.mu.Unlock()
	var timer <-chan time.Time
	if after > 0 {
		timer = time.After(after)
	}
	return func() bool {
		select {
		case <-timer:
		case <-released:
		case <-p.closing.Done():
			return false
		}
		return true
	}
}

func (p *Proxy) dial(ctx context.Context) (*net.TCPConn, error) {
	p.mu.Lock()
	server := p.server
	p.mu.Unlock()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", server)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}
