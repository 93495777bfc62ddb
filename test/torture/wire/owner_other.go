//go:build !linux

package wire

import (
	"errors"
	"net/netip"
)

// Owner fails: only Linux tells whose a connection is.
func Owner(_, _ netip.AddrPort) (pid int, err error) { return 0, errors.ErrUnsupported }

// Parent fails as Owner does.
func Parent(int) (int, error) { return 0, errors.ErrUnsupported }
