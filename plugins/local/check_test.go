package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

func TestCheckOfNoFileMakesNone(t *testing.T) {
	b := newBackend(t)
	finds(t, b, sdk.LevelOK, "path", "will be made with the first lock")
	finds(t, b, sdk.LevelOK, "space", "MiB")
	if _, err := os.Stat(filepath.Dir(filepath.Dir(b.file.path))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the check made something: %v", err)
	}
}

func TestCheckOfAFile(t *testing.T) {
	b := newBackend(t)
	acquire(t, b, wanted("r"))
	before := content(t, b.file.path)
	backendtest.Spotless(t, b, "space", "clock")
	finds(t, b, sdk.LevelOK, "path", "can be written")
	finds(t, b, sdk.LevelOK, "content", "format 1, and has 1 locks")
	if content(t, b.file.path) != before {
		t.Error("the check changed the file")
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestCheckOfWhatIsNoLockFile(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	finds(t, openAt(t, text), sdk.LevelError, "content", "is not a lock file")
	finds(t, openAt(t, dir), sdk.LevelError, "path", "is not a regular file")
}

// TestCheckOfClocks: what was found set back keeps leases from ending, and what was
// set since changes what is shown.
func TestCheckOfClocks(t *testing.T) {
	b := newBackend(t)
	now := moment{wall: time.Now().UnixNano(), boot: "one", since: int64(time.Hour)}
	b.file.now = func() moment { return now }
	acquire(t, b, wanted("r"))
	finds(t, b, sdk.LevelOK, "clock", "whoever sets its clock")
	now.wall -= int64(10 * time.Minute)
	finds(t, b, sdk.LevelWarning, "clock", "was set by -10m0s")
	now.boot = "two"
	finds(t, b, sdk.LevelWarning, "clock", "is 10m0s behind the latest time")
	now.boot, now.wall = "", now.wall+int64(20*time.Minute)
	finds(t, b, sdk.LevelWarning, "clock", "does not name its boots")
}

func TestCheckOfSpace(t *testing.T) {
	for free, want := range map[uint64]sdk.Level{
		0: sdk.LevelError, leastSpace - 1: sdk.LevelError, leastSpace: sdk.LevelWarning, enoughSpace - 1: sdk.LevelWarning, enoughSpace: sdk.LevelOK,
	} {
		if f := spaceFinding(free); f.Level != want || f.About != "space" {
			t.Errorf("%d bytes: %+v", free, f)
		}
	}
}

func TestCheckWhoseTimeIsOver(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if findings, err := newBackend(t).Check(ctx); !errors.Is(err, sdk.ErrUnavailable) || findings != nil {
		t.Errorf("%v, %v", findings, err)
	}
}
