package local

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk"
)

// asNobody runs do as a user without rights, if we are root, who has them all. The
// thread that it runs on ends with it.
func asNobody(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Geteuid() == 0 {
			runtime.LockOSThread()
			_, _ = unix.SetfsuidRetUid(65534)
		}
		do()
	}()
	<-done
}

func TestCheckOfRights(t *testing.T) {
	b := newBackend(t)
	acquire(t, b, wanted("r"))
	parent := filepath.Dir(b.file.path)
	for dir := range 4 { // t.TempDir lies in one of mode 0700
		chmod(t, filepath.Join(parent, strings.Repeat("../", dir)), 0o755)
	}
	chmod(t, b.file.path, 0o444)
	asNobody(func() { finds(t, b, sdk.LevelError, "path", "permission denied; run as its owner") })
	if err := os.Remove(b.file.path); err != nil {
		t.Fatal(err)
	}
	chmod(t, parent, 0o555)
	defer chmod(t, parent, 0o700)
	asNobody(func() { finds(t, b, sdk.LevelError, "path", "permission denied") })
}
