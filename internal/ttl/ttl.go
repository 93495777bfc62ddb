// Package ttl reads and writes how long a lease lasts, as operators type it.
//
// A TTL is one or more numbers, each with its unit: "45s", "1h30m", "2 days",
// "1 day 12 hours". A unit is any beginning of days, hours, minutes or
// seconds, so that "m" is minutes; spaces may stand anywhere between numbers
// and units. There are no months, weeks or fractions: a lock that outlives the
// work by a rounding is a lock that somebody waits for.
package ttl

import (
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// accepted ends every error: what to write instead.
const accepted = "write numbers with days, hours, minutes or seconds, such as 30m, 1h30m or 2 days"

// units has no two names with the same first letter, so that every prefix
// names one of them.
var units = []struct {
	name   string
	length time.Duration
}{
	{"days", 24 * time.Hour},
	{"hours", time.Hour},
	{"minutes", time.Minute},
	{"seconds", time.Second},
}

// Parse reads a TTL. The result passes [sdk.ValidateTTL]. An error matches
// [sdk.ErrInvalid], quotes the text and says what is accepted.
func Parse(text string) (time.Duration, error) {
	p := parser{text: text, rest: text}
	p.skipSpaces()
	if p.rest == "" {
		return 0, p.refuse("is empty")
	}
	for p.rest != "" {
		if err := p.term(); err != nil {
			return 0, err
		}
	}
	if sdk.ValidateTTL(p.total) != nil {
		return 0, p.outOfBounds()
	}
	return p.total, nil
}
