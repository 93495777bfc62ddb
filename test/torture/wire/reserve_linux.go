package wire

import (
	"net/netip"
	"syscall"
)

// reserve takes a free loopback port with a socket that never listens, so that
// nobody else gets the port while connections to it are refused. With
// SO_REUSEADDR, which package net sets, another socket may listen there.
func reserve() (addr netip.AddrPort, free func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return addr, nil, err
	}
	free = func() { _ = syscall.Close(fd) }
	if addr, err = bind(fd); err != nil {
		free()
		return addr, nil, err
	}
	return addr, free, nil
}

func bind(fd int) (addr netip.AddrPort, err error) {
	if err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return addr, err
	}
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return addr, err
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return addr, err
	}
	in4 := name.(*syscall.SockaddrInet4)
	return netip.AddrPortFrom(netip.AddrFrom4(in4.Addr), uint16(in4.Port)), nil
}
