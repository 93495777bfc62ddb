//go:build unix

package local

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk"
)

// limitFiles keeps this process from writing files larger than limit, as a full
// disk does, until the function it returns is called.
func limitFiles(t *testing.T, limit uint64) (lift func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var saved unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &saved); err != nil {
		t.Fatal(err)
	}
	limited := saved
	limited.Cur = limit
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limited); err != nil {
		t.Fatal(err)
	}
	lift = func() { _ = unix.Setrlimit(unix.RLIMIT_FSIZE, &saved) }
	t.Cleanup(lift)
	return lift
}

// TestNoSpaceAtFirstUse: what could not be written is not left half written.
func TestNoSpaceAtFirstUse(t *testing.T) {
	for _, limit := range []uint64{0, 4096, 8192} {
		dir := t.TempDir()
		b, err := Open(t.Context(), Config{Path: filepath.Join(dir, "locks.db")})
		if err != nil {
			t.Fatal(err)
		}
		want := sdk.Lease{Resource: "r", ID: sdk.NewID(), Principal: "ana", TTL: sdk.MinTTL}
		lift := limitFiles(t, limit)
		_, err = b.Acquire(t.Context(), want)
		lift()
		if !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%d bytes: acquire: %v", limit, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%d bytes: left behind: %v, %v", limit, left, err)
		}
		if _, err := b.Acquire(t.Context(), want); err != nil {
			t.Errorf("%d bytes: acquire with space again: %v", limit, err)
		}
	}
}
