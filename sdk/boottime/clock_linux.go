package boottime

import "golang.org/x/sys/unix"

// now is CLOCK_BOOTTIME, which Linux has had since 2.6.39.
func now() Instant { return clock(unix.CLOCK_BOOTTIME) }
