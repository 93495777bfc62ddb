//go:build unix

package leases_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stormlock/stormlock/internal/leases"
)

// TestModes: only the user can enter and read, whatever the umask lets others do.
func TestModes(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	r, path := opened(t)
	write(t, r, noteOf("r", id))
	files, _ := filepath.Glob(path + "/*")
	for p, want := range map[string]os.FileMode{files[0]: 0o600, path: 0o700, filepath.Dir(path): 0o700} {
		info, err := os.Stat(p)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", p, info.Mode(), err, want)
		}
	}
}

// TestUnfitDirectories are refused, and the error names each with its reason.
func TestUnfitDirectories(t *testing.T) {
	tests := map[string]struct {
		make func(path string) error
		want string
	}{
		"link": {func(p string) error { return os.Symlink(t.TempDir(), p) }, "symbolic link"},
		"writable for the group": {func(p string) error {
			_ = os.Mkdir(p, 0o700)
			return os.Chmod(p, 0o720)
		}, "others can write it"},
		"writable for all": {func(p string) error {
			_ = os.Mkdir(p, 0o700)
			return os.Chmod(p, 0o1777)
		}, "others can write it"},
		"file": {func(p string) error { return os.WriteFile(p, nil, 0o600) }, "not a directory"},
		"another's": {func(p string) error {
			_ = os.Mkdir(p, 0o700)
			return os.Chown(p, 1, 1)
		}, "belongs to another user (1)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "leases")
			if err := test.make(path); err != nil {
				t.Skip(err) // only root can give a directory away
			}
			for _, open := range []func(string) (*leases.Record, error){leases.Open, leases.Create} {
				_, err := open(path)
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
					t.Errorf("error %v, want %q", err, test.want)
				}
			}
		})
	}
}
