package local

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A record is one lease as it lies in the file, under the name of its resource.
// It is JSON so that a person with a bbolt browser can read it.
type record struct {
	ID        string `json:"id"` // 32 lower-case hexadecimal digits
	Principal string `json:"principal"`
	Reason    string `json:"reason"`
	Created   int64  `json:"created"` // Unix nanoseconds by the wall clock, for people
	Expires   int64  `json:"expires"` // by the ledger's clock (clock.go)
	Fence     uint64 `json:"fence"`
}

// decode reads a record and reports whether it is one. Anything else was put
// there by something that is not stormlock.
func decode(data []byte) (record, bool) {
	var r record
	if json.Unmarshal(data, &r) != nil {
		return record{}, false
	}
	return r, r.ID != "" && r.ID == canonical(r.ID) && r.Principal != "" && r.Expires > 0
}

func (r record) encode() ([]byte, error) { return json.Marshal(r) }

// lease is the record as callers see it at the time now.
func (r record) lease(resource string, now int64) sdk.Lease {
	return sdk.Lease{
		Resource:  resource,
		ID:        r.ID,
		Principal: r.Principal,
		Reason:    r.Reason,
		Created:   time.Unix(0, r.Created).UTC(),
		TTL:       time.Duration(r.Expires - now),
		Fence:     r.Fence,
	}
}

// canonical returns the one spelling of a lease id that is stored and compared,
// or "" for a text that is no lease id and so is never the current one.
func canonical(id string) string {
	raw, ok := sdk.ParseID(id)
	if !ok {
		return ""
	}
	return hex.EncodeToString(raw[:])
}
