package sdk

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of what a lease may hold.
const (
	MaxResourceLen  = 255                       // bytes
	MaxPrincipalLen = 255                       // bytes
	MaxReasonLen    = 4096                      // bytes
	MaxIDLen        = 128                       // bytes
	MinTTL          = time.Second               // TTLs are whole seconds
	MaxTTL          = 10 * 365 * 24 * time.Hour // 10 years of 365 days
)

// ValidateAcquire checks the lease that Acquire is asked for. Its id must be
// one that [ParseID] reads.
func ValidateAcquire(want Lease) error {
	if err := ValidateResource(want.Resource); err != nil {
		return err
	}
	if _, ok := ParseID(want.ID); !ok {
		return Invalid("lease id %q is not 32 hexadecimal digits", want.ID)
	}
	if want.Principal == "" {
		return Invalid("principal is empty")
	}
	if err := validateText("principal", want.Principal, MaxPrincipalLen); err != nil {
		return err
	}
	if err := validateText("reason", want.Reason, MaxReasonLen); err != nil {
		return err
	}
	return ValidateTTL(want.TTL)
}

// ValidateRenew checks the lease that Renew is asked for.
func ValidateRenew(lease Lease) error {
	if err := ValidateRelease(lease); err != nil {
		return err
	}
	return ValidateTTL(lease.TTL)
}

// ValidateRelease checks the lease that Release is asked for. Any text of up
// to [MaxIDLen] bytes can be asked about as an id: one that no store issues is
// simply not the current one.
func ValidateRelease(lease Lease) error {
	if err := ValidateResource(lease.Resource); err != nil {
		return err
	}
	if lease.ID == "" {
		return Invalid("lease id is empty")
	}
	return validateText("lease id", lease.ID, MaxIDLen)
}

// ValidateResource checks the name of a resource: 1 to [MaxResourceLen] bytes
// of valid UTF-8 without control characters, line separators, bidirectional
// controls, zero-width characters, fillers or variation selectors, neither beginning nor ending in white
// space. Two names that look alike to a person would be two locks.
func ValidateResource(name string) error {
	switch {
	case name == "":
		return Invalid("resource is empty")
	case len(name) > MaxResourceLen:
		return Invalid("resource is %d bytes long; at most %d are allowed", len(name), MaxResourceLen)
	case !utf8.ValidString(name):
		return Invalid("resource %q is not valid UTF-8", name)
	case strings.TrimSpace(name) != name:
		return Invalid("resource %q begins or ends with white space", name)
	}
	for _, r := range name {
		if !Visible(r) {
			return Invalid("resource %q contains the invisible character %U", name, r)
		}
	}
	return nil
}

// ValidatePrefix checks the prefix given to List: empty, or the beginning of
// a resource's name.
func ValidatePrefix(prefix string) error {
	if len(prefix) > MaxResourceLen {
		return Invalid("prefix is %d bytes long; at most %d are allowed", len(prefix), MaxResourceLen)
	}
	if !utf8.ValidString(prefix) {
		return Invalid("prefix %q is not valid UTF-8", prefix)
	}
	return nil
}

// ValidateTTL checks that a TTL is a whole number of seconds from [MinTTL] to
// [MaxTTL].
func ValidateTTL(ttl time.Duration) error {
	switch {
	case ttl < MinTTL:
		return Invalid("TTL %s is shorter than %s", ttl, MinTTL)
	case ttl > MaxTTL:
		return Invalid("TTL %s is longer than 10 years", ttl)
	case ttl%time.Second != 0:
		return Invalid("TTL %s is not a whole number of seconds", ttl)
	}
	return nil
}

// validateText checks text that travels and is stored as it is. A NUL is the
// one character that a store (PostgreSQL) cannot hold.
func validateText(what, text string, most int) error {
	switch {
	case len(text) > most:
		return Invalid("%s is %d bytes long; at most %d are allowed", what, len(text), most)
	case !utf8.ValidString(text):
		return Invalid("%s %q is not valid UTF-8", what, text)
	case strings.ContainsRune(text, 0):
		return Invalid("%s %q contains a NUL", what, text)
	}
	return nil
}

// Visible reports whether a character leaves a mark or is the plain space or
// another space of a width. Category C holds controls, bidirectional and
// zero-width characters (Cf), surrogates, private use and unassigned ones;
// only the first two kinds are kept out, so that names in scripts younger than
// this program stay possible. What Unicode has ignored by default (fillers,
// variation selectors) leaves no mark either.
func Visible(r rune) bool {
	if r < utf8.RuneSelf { // most text, and quick
		return r >= ' ' && r != 0x7f
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
