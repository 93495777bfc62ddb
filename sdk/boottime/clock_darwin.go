package boottime

import "golang.org/x/sys/unix"

// now is CLOCK_MONOTONIC_RAW, which on macOS runs on during sleep (see
// clock_gettime(3) there), and which nobody sets or slews.
func now() Instant { return clock(unix.CLOCK_MONOTONIC_RAW) }
