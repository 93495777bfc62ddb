package servers

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Turns is a proxy that counts round trips: how often its clients spoke after
// the server had. It is right for protocols in which a client waits for its
// answer, as those of Redis and PostgreSQL.
type Turns struct {
	Addr string // 127.0.0.1:PORT, to connect to instead of the server

	server   string
	listener net.Listener

	mu    sync.Mutex
	count int
	conns []net.Conn
}

// CountTurns starts a proxy before a server, for as long as the test lasts.
func CountTurns(t testing.TB, server string) *Turns {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Turns{Addr: listener.Addr().String(), server: server, listener: listener}
	var serving sync.WaitGroup
	serving.Go(p.serve)
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, conn := range p.conns {
			_ = conn.Close()
		}
	})
	return p
}

// Count returns how many round trips began since the last call.
func (p *Turns) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := p.count
	p.count = 0
	return count
}

func (p *Turns) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		line := &turnLine{proxy: p}
		go line.copy(server, client, true)
		go line.copy(client, server, false)
	}
}

// A turnLine is one connection. It knows who spoke last.
type turnLine struct {
	proxy     *Turns
	mu        sync.Mutex
	clientHas bool // spoken last
}

func (l *turnLine) copy(to, from net.Conn, fromClient bool) {
	defer to.Close()
	_, _ = io.Copy(to, io.TeeReader(from, speaking(func() { l.speaks(fromClient) })))
}

func (l *turnLine) speaks(client bool) {
	l.mu.Lock()
	began := client && !l.clientHas
	l.clientHas = client
	l.mu.Unlock()
	if began {
		l.proxy.mu.Lock()
		l.proxy.count++
		l.proxy.mu.Unlock()
	}
}

// speaking calls a function for each piece of what is said, before it is
// passed on.
type speaking func()

func (s speaking) Write(p []byte) (int, error) {
	s()
	return len(p), nil
}
