package config

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

const (
	// PinKey is the one key that is stormlock's own in a backend's section.
	PinKey = "sha256"
	// requireKey stands in [default] alone: what a resource's section could
	// turn off would protect nobody.
	requireKey = "require_pins"
)

// Pin returns the SHA-256 that the section [backend.NAME] demands of the
// backend's executable, as 64 lower-case hexadecimal digits, or "" if it
// demands none. A pin that is empty or malformed is an error, never none; and so
// is one that is missing where [default] says require_pins = true, which matches
// [sdk.ErrRefused].
func (f *File) Pin(backend string) (string, error) {
	section := backendPrefix + backend
	required, err := f.requiresPins()
	if err != nil {
		return "", err
	}
	value, ok := f.sections[section][PinKey]
	switch {
	case !ok && required:
		return "", sdk.Refused("%s: require_pins is true, and no sha256 in section [%s] pins the executable of backend %q; to pin it, run: stormlock backend pin %s",
			f.Position(defaultSection, requireKey), section, backend, backend)
	case !ok:
		return "", nil
	}
	sum, err := hex.DecodeString(value)
	if err != nil || len(sum) != sha256.Size {
		return "", fault(f.Position(section, PinKey),
			"sha256 is not 64 hexadecimal digits; write those that \"stormlock backend pin %s\" prints", backend)
	}
	return strings.ToLower(value), nil
}

func (f *File) requiresPins() (bool, error) {
	value, ok := f.sections[defaultSection][requireKey]
	switch {
	case !ok, value == "false":
		return false, nil
	case value == "true":
		return true, nil
	}
	return false, fault(f.Position(defaultSection, requireKey), "require_pins is neither true nor false")
}
