package etcd

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/stormlock/stormlock/sdk"
)

// A lock has two ids. The one that is shown is that of its etcd lease, a number
// of 63 bits, in hexadecimal digits as Python writes it. The other is the one
// that the host picked and asked with. It cannot be the etcd lease's as well:
// each attempt with it needs an etcd lease of its own, so that what one attempt
// clears away is never what another has taken.

// is reports whether an id, in any spelling, is one of the lock's.
func (l lock) is(id string) bool {
	if asked, ok := askedID(id); ok {
		return l.asked == asked
	}
	n, ok := leaseID(id)
	return ok && l.id == n
}

// askedID reads an id that a host may pick, and spells it as it is stored.
func askedID(text string) (string, bool) {
	raw, ok := sdk.ParseID(text)
	return hex.EncodeToString(raw[:]), ok
}

// leaseID reads an etcd lease id: up to 16 hexadecimal digits.
func leaseID(text string) (int64, bool) {
	const digits = 16
	if len(text) == 0 || len(text) > digits || text[0] == '+' || text[0] == '-' {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 16, 64)
	return n, err == nil && n > 0
}

func showID(id int64) string { return strconv.FormatInt(id, 16) }

// newLeaseID picks an etcd lease id that nobody has. It is ours to pick, so that
// a lease can be ended also if the answer to its grant was lost.
func newLeaseID() int64 {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	return int64(binary.BigEndian.Uint64(raw[:])>>1 | 1)
}
