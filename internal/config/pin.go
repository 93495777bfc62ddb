package config

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// pinKey is stormlock's own key in a backend's section.
const pinKey = "sha256"

// Pin returns the SHA-256 that the section [backend.NAME] demands of the
// backend's executable, as 64 lower-case hexadecimal digits, or "" if it
// demands none. A pin that is empty or malformed is an error, never none.
func (f *File) Pin(backend string) (string, error) {
	section := backendPrefix + backend
	value, ok := f.sections[section][pinKey]
	if !ok {
		return "", nil
	}
	sum, err := hex.DecodeString(value)
	if err != nil || len(sum) != sha256.Size {
		return "", fault(f.Position(section, pinKey),
			"sha256 is not 64 hexadecimal digits; write those that sha256sum prints for the executable")
	}
	return strings.ToLower(value), nil
}
