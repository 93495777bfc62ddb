package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Owner returns the process on this machine that has the client's end of a TCP
// connection: both ends are named, since a port can serve several connections.
// Of several processes that share it, as in the middle of a fork, it is the one
// with the lowest id.
func Owner(client, server netip.AddrPort) (pid int, err error) {
	inode, err := socket(client, server)
	if err != nil {
		return 0, err
	}
	fds, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0, err
	}
	want := "socket:[" + inode + "]"
	for _, fd := range fds {
		if link, err := os.Readlink(fd); err != nil || link != want {
			continue // or it was closed meanwhile, or is another user's
		}
		found, err := strconv.Atoi(strings.Split(fd, "/")[2])
		if err == nil && (pid == 0 || found < pid) {
			pid = found
		}
	}
	if pid == 0 {
		return 0, fmt.Errorf("wire: no process has %s open; it ended, or belongs to another user", client)
	}
	return pid, nil
}

// socket finds the inode of a connection's end.
func socket(own, peer netip.AddrPort) (inode string, err error) {
	for _, table := range []struct {
		path string
		hex  func(netip.AddrPort) string
	}{{"/proc/net/tcp", hex4}, {"/proc/net/tcp6", hex6}} {
		inode, err := lookUp(table.path, table.hex(own), table.hex(peer))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		if inode != "" && inode != "0" { // 0: nobody has it any more
			return inode, nil
		}
	}
	return "", fmt.Errorf("wire: no connection from %s to %s on this machine", own, peer)
}

func lookUp(path, own, peer string) (inode string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		// sl local_address rem_address st queues tr:when retrnsmt uid timeout inode …
		fields := strings.Fields(lines.Text())
		if len(fields) > 9 && fields[1] == own && fields[2] == peer {
			return fields[9], nil
		}
	}
	return "", lines.Err()
}

// hex4 spells an address as /proc/net/tcp does: its four bytes as one number in
// the machine's order.
func hex4(a netip.AddrPort) string {
	ip := a.Addr().Unmap().As4()
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip[:]), a.Port())
}

// hex6 does it for a socket of IPv6, which can have an address of IPv4 too.
func hex6(a netip.AddrPort) string {
	ip := a.Addr().As16()
	var text strings.Builder
	for i := 0; i < len(ip); i += 4 {
		fmt.Fprintf(&text, "%08X", binary.NativeEndian.Uint32(ip[i:]))
	}
	return fmt.Sprintf("%s:%04X", &text, a.Port())
}

// Parent returns the process that started a process, or has adopted it.
func Parent(pid int) (int, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("wire: parent of process %d: %w", pid, err)
	}
	// pid (name) state ppid: the name may itself have parentheses and spaces.
	var state string
	var parent int
	_, err = fmt.Sscan(string(stat[bytes.LastIndexByte(stat, ')')+1:]), &state, &parent)
	return parent, err
}
