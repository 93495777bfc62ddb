//go:build !linux

package wire

import (
	"net"
	"net/netip"
)

// reserve finds a free loopback port. Somebody else can take it before we do, and
// while connections are refused.
func reserve() (addr netip.AddrPort, free func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return addr, nil, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).AddrPort(), func() {}, nil
}
