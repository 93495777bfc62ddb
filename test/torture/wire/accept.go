package wire

import (
	"fmt"
	"net"
)

// open has connections accepted. The caller holds p.mu.
func (p *Proxy) open() error {
	if p.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", p.Addr())
	if err != nil {
		return fmt.Errorf("wire: listen at %s again: %w", p.Addr(), err)
	}
	p.listener = listener
	p.running.Go(func() { p.accept(listener) })
	return nil
}

// shut has connections refused. The caller holds p.mu.
func (p *Proxy) shut() error {
	if p.listener == nil {
		return nil
	}
	err := p.listener.Close()
	p.listener = nil
	return err
}

func (p *Proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		p.serve(client.(*net.TCPConn))
	}
}

func (p *Proxy) serve(client *net.TCPConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	c := newConn(p, p.last, client)
	p.conns[c] = true
	p.running.Go(c.run)
}

func (p *Proxy) forget(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}
