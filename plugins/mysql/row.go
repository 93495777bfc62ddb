package mysql

import (
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stormlock/stormlock/sdk"
)

// A row is what lies at a resource's place, as sqlRow shows it.
type row struct {
	found     bool
	sound     bool // a lock, and nothing else
	lease     string
	principal string
	reason    string
	created   int64 // microseconds since 1970
	remains   int64 // microseconds
	fence     int64
}

const rowColumns = 7

// rowOf reads the fields of a row that is there.
func rowOf(fields []string) (row, error) {
	r := row{found: true, sound: fields[0] == "1", lease: fields[1], principal: fields[2], reason: fields[3]}
	if !r.sound {
		return r, nil
	}
	var err error
	for i, to := range map[int]*int64{4: &r.created, 5: &r.remains, 6: &r.fence} {
		if fields[i] == "" {
			continue
		}
		if *to, err = number(fields[i]); err != nil {
			return row{}, errStrange
		}
	}
	return r, nil
}

// scan reads the row of look.sql.
func (s *sight) scan(fields []string) (err error) {
	const before = 4
	if len(fields) != before+rowColumns {
		return errStrange
	}
	if s.now, err = number(fields[0]); err != nil {
		return errStrange
	}
	if s.counter, err = number(fields[1]); err != nil {
		return errStrange
	}
	s.counted = fields[2] == "1"
	if fields[3] == "1" {
		s.row, err = rowOf(fields[before:])
	}
	return err
}

// foreign reports whether the row holds something that is not a lock.
func (r *row) foreign() bool {
	return r.found && !(r.sound && utf8.ValidString(r.principal) && utf8.ValidString(r.reason))
}

// current reports whether the row is a lease that has not ended.
func (r *row) current() bool { return r.found && !r.foreign() && r.remains > 0 }

// holds reports whether the row is the current lease with an id.
func (r *row) holds(id [16]byte) bool {
	raw, ok := sdk.ParseID(r.lease)
	return ok && raw == id && r.current()
}

func (r *row) toLease(resource string) sdk.Lease {
	id, _ := sdk.ParseID(r.lease)
	return sdk.Lease{
		Resource:  resource,
		ID:        shownID(id),
		Principal: r.principal,
		Reason:    r.reason,
		Created:   time.UnixMicro(r.created).UTC(),
		TTL:       time.Duration(r.remains) * time.Microsecond,
		Fence:     uint64(max(r.fence, 0)),
	}
}

// shownID is an id as Python shows it.
func shownID(id [16]byte) string { return strings.ToUpper(hex.EncodeToString(id[:])) }
