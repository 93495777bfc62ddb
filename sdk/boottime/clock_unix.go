//go:build linux || darwin

package boottime

import "golang.org/x/sys/unix"

func clock(id int32) Instant {
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		panic("boottime: the system has no such clock: " + err.Error())
	}
	return Instant(t.Nano())
}
