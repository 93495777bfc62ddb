//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk"
)

// childLimit tells the test binary to acquire while no file may grow beyond
// this many bytes. The limit is a process's own, so it takes one.
const childLimit = "STORMLOCK_LOCAL_TEST_LIMIT"

// noSpace is what such a child prints if it was refused as it should be.
const noSpace = "unavailable"

// acquireWithin meets what a full disk is like.
func acquireWithin(path, limit string) {
	signal.Ignore(syscall.SIGXFSZ)
	bytes, err := strconv.ParseUint(limit, 10, 64)
	if err == nil {
		err = unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: bytes})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := Open(context.Background(), Config{Path: path})
	if err == nil {
		_, err = b.Acquire(context.Background(), wanted("r"))
	}
	if errors.Is(err, sdk.ErrUnavailable) {
		fmt.Println(noSpace)
		return
	}
	fmt.Println(err)
}

// TestNoSpaceAtFirstUse: what could not be written is not left half written.
func TestNoSpaceAtFirstUse(t *testing.T) {
	for _, limit := range []string{"0", "4096", "8192"} {
		dir := t.TempDir()
		path := filepath.Join(dir, "locks.db")
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childPath+"="+path, childLimit+"="+limit)
		out, err := child.Output() // through a pipe, which has no limit
		if err != nil || strings.TrimSpace(string(out)) != noSpace {
			t.Errorf("%s bytes: %s, %v", limit, out, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s bytes: left behind: %v, %v", limit, left, err)
		}
		b, err := Open(t.Context(), Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Acquire(t.Context(), wanted("r")); err != nil {
			t.Errorf("%s bytes: acquire with space again: %v", limit, err)
		}
	}
}
