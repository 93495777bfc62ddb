package local

import (
	"os"
	"path/filepath"

	"github.com/stormlock/stormlock/sdk"
)

// path returns the file to use. A relative one would be another file, and so
// other locks, in each directory that stormlock is started in.
func (c Config) path() (string, error) {
	if c.Path == "" {
		return defaultPath()
	}
	if !filepath.IsAbs(c.Path) {
		return "", badPath("is not absolute; write the whole path, beginning at the root")
	}
	return filepath.Clean(c.Path), nil
}

// defaultPath follows the XDG Base Directory Specification, by which a relative
// XDG_STATE_HOME is to be ignored.
func defaultPath() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil || !filepath.IsAbs(home) {
			return "", badPath("there is no home directory to put the default under; set path")
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "stormlock", "locks.db"), nil
}

func badPath(message string) error {
	return &sdk.ConfigError{Key: "path", Message: message}
}
