// Package loopback tells addresses that do not leave this machine.
package loopback

import (
	"net/netip"
	"path/filepath"
	"strings"
)

// Host reports whether what is sent to a host stays on this machine: the host,
// given without its port, is localhost, an address of the loopback interface,
// with brackets or not, or the absolute path of a socket. Names are not looked
// up.
func Host(host string) bool {
	if strings.HasPrefix(host, "/") || filepath.IsAbs(host) || strings.EqualFold(host, "localhost") {
		return true
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
