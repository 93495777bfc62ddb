package redis

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// errMalformed can only come from a server that is not Redis: what a script
// replies is decided by its text.
var errMalformed = errors.New("redis: the server's reply to a script cannot be read")

// A reply is what a script returns: a status, then what belongs to it. The
// fields of a lock follow in the order id, principal, created, reason, fence,
// milliseconds left.
type reply []any

func (r reply) status() string { return r.text(0) }

func (r reply) text(i int) string {
	if i >= len(r) {
		return ""
	}
	s, _ := r[i].(string)
	return s
}

func (r reply) lease(resource string) (sdk.Lease, error) {
	const fields = 7
	if len(r) != fields {
		return sdk.Lease{}, errMalformed
	}
	left, ok := r[6].(int64)
	created, err := seconds(r.text(3))
	if !ok || err != nil {
		return sdk.Lease{}, errMalformed
	}
	return sdk.Lease{
		Resource:  resource,
		ID:        hex.EncodeToString([]byte(r.text(1))),
		Principal: r.text(2),
		Reason:    r.text(4),
		Created:   created,
		TTL:       time.Duration(left) * time.Millisecond,
		Fence:     fence(r.text(5)),
	}, nil
}

func (r reply) held(resource string) error {
	lease, err := r.lease(resource)
	if err != nil {
		return err
	}
	return &sdk.HeldError{Lease: lease}
}

// fence is 0 for a lock without one: Python's, or one that another program
// wrote something else into.
func fence(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// seconds reads Unix seconds with a decimal fraction, to the microsecond. A
// float64 would not do: it cannot hold every microsecond of our time.
func seconds(text string) (time.Time, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	s, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	micros, err := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(s, micros*1000).UTC(), nil
}
