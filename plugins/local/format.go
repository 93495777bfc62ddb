package local

import (
	"errors"
	"path/filepath"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// The file is a bbolt database with two buckets:
//
//	stormlock   version -> "1"
//	            clock   -> the latest time that a change was decided by
//	            boot    -> BOOT OFFSET, from the first change in a boot of the machine on
//	leases      RESOURCE -> record
//
// The clock is what keeps a lease that has ended from coming back. The time of
// every decision is that of the machine (see clock.go) or the one remembered
// here, whichever is later, and every change remembers it. A clock that is found
// set back after a boot therefore stands still here until it has caught up. The
// price: after a change under a clock that was far ahead, leases end late by as
// much. Releasing still works.
const version = "1"

var (
	metaBucket  = []byte("stormlock")
	leaseBucket = []byte("leases")
	versionKey  = []byte("version")
	clockKey    = []byte("clock")
	bootKey     = []byte("boot")
)

// errBlank says that a database has nothing in it yet.
var errBlank = errors.New("blank database")

// openLedger checks that the database is ours and returns it as it is at the
// moment now. It writes nothing.
func openLedger(tx *bolt.Tx, now moment) (*ledger, error) {
	if first, _ := tx.Cursor().First(); first == nil {
		return nil, errBlank
	}
	path := tx.DB().Path()
	l := &ledger{meta: tx.Bucket(metaBucket), leases: tx.Bucket(leaseBucket), at: now}
	if l.meta == nil {
		return nil, foreignDatabase(path)
	}
	if v := string(l.meta.Get(versionKey)); v != version {
		return nil, unknownVersion(path, v)
	}
	if l.leases == nil || !l.readClock() {
		return nil, damagedFile(path, "part of it is missing")
	}
	return l, nil
}

// writableLedger is openLedger for a transaction that may fill a blank database.
func writableLedger(tx *bolt.Tx, now moment) (*ledger, error) {
	l, err := openLedger(tx, now)
	if errors.Is(err, errBlank) {
		return newLedger(tx, now)
	}
	return l, err
}

// newLedger fills a blank database. The directory is synced first: a machine
// that stops after the first lock was given must find the file again.
func newLedger(tx *bolt.Tx, now moment) (*ledger, error) {
	if err := syncDir(filepath.Dir(tx.DB().Path())); err != nil {
		return nil, err
	}
	meta, err := tx.CreateBucket(metaBucket)
	if err != nil {
		return nil, err
	}
	leases, err := tx.CreateBucket(leaseBucket)
	if err != nil {
		return nil, err
	}
	l := &ledger{meta: meta, leases: leases, now: now.wall, at: now, changed: true}
	return l, meta.Put(versionKey, []byte(version))
}

// readClock sets the time of this transaction, and reports whether the file has
// what that takes.
func (l *ledger) readClock() (ok bool) {
	mark, err := strconv.ParseInt(string(l.meta.Get(clockKey)), 10, 64)
	l.anchor, ok = parseAnchor(l.meta.Get(bootKey))
	l.now = l.at.ledgerTime(l.anchor, mark)
	return ok && err == nil
}

// remember raises the clock in the file to the time of this transaction, and
// anchors it if this is the first change in a boot of the machine.
func (l *ledger) remember() error {
	if l.at.boot != "" && !l.anchor.holds(l.at) {
		if err := l.meta.Put(bootKey, l.at.anchored(l.now).encode()); err != nil {
			return err
		}
	}
	return l.meta.Put(clockKey, strconv.AppendInt(nil, l.now, 10))
}
