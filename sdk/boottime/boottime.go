// Package boottime tells how much time has passed, also while the machine
// slept.
//
// Go's own measure, the monotonic part of a [time.Time], stands still on Linux
// while a machine is suspended, and the wall clock can be set. Neither can say
// whether a lease, which a server counts, may have ended meanwhile.
package boottime

import "time"

// An Instant is a moment of this boot of the machine: what has passed since an
// arbitrary moment that is the same for all processes. It means nothing after a
// reboot.
type Instant time.Duration

// Now returns the present moment. It never goes back.
func Now() Instant { return now() }

// Since returns the time between an earlier moment and now.
func Since(earlier Instant) time.Duration { return time.Duration(Now() - earlier) }
