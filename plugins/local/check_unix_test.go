//go:build unix

package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// TestCheckOfWhatOthersCanWrite: whoever can write the file can remove locks.
func TestCheckOfWhatOthersCanWrite(t *testing.T) {
	b := newBackend(t)
	acquire(t, b, wanted("r"))
	chmod(t, b.file.path, 0o666)
	finds(t, b, sdk.LevelWarning, "path", "every user of this machine can change lock file")
	chmod(t, b.file.path, 0o660) // as a group that shares locks has it
	finds(t, b, sdk.LevelOK, "path", "-rw-rw----")
	chmod(t, filepath.Dir(b.file.path), 0o777)
	finds(t, b, sdk.LevelWarning, "path", "every user can remove it")
}
