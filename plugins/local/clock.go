package local

import (
	"strconv"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
)

// The ledger's time is Unix time once, and then only what has passed since.
//
// The wall clock cannot be trusted with a lock: set ahead by ten minutes, it
// would end a lease of one minute at once, and two people would hold the lock.
// So the first change after a boot of the machine takes the time from the wall
// clock, and writes an anchor into the file: which boot, and how far its own
// time, that nobody can set, is from the ledger's. As long as that boot lasts,
// the wall clock is not asked again, by any process.
//
// The wall clock is asked where there is no anchor that holds: after a boot,
// when nothing else can tell how long the machine was off; where the system
// does not name its boots; and where two processes do not share them (in time
// namespaces of Linux, or where a container is given a boot id of its own) and
// the other wrote last. Everywhere the ledger's time is at least the latest
// that anything was decided by: it stands still rather than go back. If the time
// of a boot is ever behind what was remembered in it, leases end late, never
// early: the anchor of a boot is written once and then left alone.

// A moment is what the machine tells of the present.
type moment struct {
	wall  int64  // Unix nanoseconds
	boot  string // names this boot of the machine, without spaces; "" if nothing does
	since int64  // nanoseconds that have passed in it
}

func present() moment {
	return moment{wall: time.Now().UnixNano(), boot: bootID(), since: int64(boottime.Now())}
}

// An anchor ties the ledger's time to that of one boot.
type anchor struct {
	boot   string
	offset int64 // what the ledger's time is ahead
}

func (a anchor) holds(m moment) bool { return m.boot != "" && a.boot == m.boot }

// anchored returns the anchor by which the time at m is now.
func (m moment) anchored(now int64) anchor { return anchor{m.boot, now - m.since} }

// ledgerTime returns the time of the ledger at m; mark is the latest so far.
func (m moment) ledgerTime(a anchor, mark int64) int64 {
	if a.holds(m) {
		return max(m.since+a.offset, mark)
	}
	return max(m.wall, mark)
}

// parseAnchor reads an anchor as it lies in the file. A file without one was
// written by an older stormlock, or where boots have no names.
func parseAnchor(text []byte) (anchor, bool) {
	if text == nil {
		return anchor{}, true
	}
	boot, offset, _ := strings.Cut(string(text), " ")
	n, err := strconv.ParseInt(offset, 10, 64)
	return anchor{boot, n}, err == nil && boot != ""
}

func (a anchor) encode() []byte { return strconv.AppendInt([]byte(a.boot+" "), a.offset, 10) }
