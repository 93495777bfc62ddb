package servers

import (
	"net"
	"testing"
)

// Listen has serve talk to each connection to a free loopback port, until the
// test is over, and returns the address: for what stands before a server, such
// as a network that breaks, or in its place, such as somebody hostile.
func Listen(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return listener.Addr().String()
}
