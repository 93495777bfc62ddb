package sdk

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// NewID returns a fresh lease id: 128 random bits as 32 lower-case hexadecimal
// digits.
func NewID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id[:])
}

// ParseID reads a 128-bit lease id in any spelling that a stormlock writes:
// 32 hexadecimal digits in either case, with or without the hyphens of a UUID.
// The second result is false if it is none of them.
func ParseID(id string) ([16]byte, bool) {
	var raw [16]byte
	if len(id) == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' {
		id = id[:8] + id[9:13] + id[14:18] + id[19:23] + id[24:]
	}
	if len(id) != 32 {
		return raw, false
	}
	_, err := hex.Decode(raw[:], []byte(id))
	return raw, err == nil
}

// SameID reports whether a and b are spellings of one lease id: one store shows
// upper-case digits, another a UUID. Of ids that [ParseID] does not read only
// the case does not count.
func SameID(a, b string) bool {
	x, ok := ParseID(a)
	y, okay := ParseID(b)
	if ok && okay {
		return x == y
	}
	return a != "" && strings.EqualFold(a, b)
}
