//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// childPath tells the test binary that it is the child of a test, and which
// file to contend for.
const childPath = "STORMLOCK_LOCAL_TEST_CHILD"

func TestMain(m *testing.M) {
	switch path, limit := os.Getenv(childPath), os.Getenv(childLimit); {
	case limit != "":
		acquireWithin(path, limit)
	case path != "":
		contend(path)
	default:
		os.Exit(m.Run())
	}
}

// contend takes the lock as often as it can and adds to a counter that nothing
// but the lock protects.
func contend(path string) {
	b, err := Open(context.Background(), Config{Path: path})
	for range 25 {
		err = errors.Join(err, increment(b, path+".counter"))
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func increment(b sdk.Backend, counter string) error {
	lease := wanted("counter")
	for {
		_, err := b.Acquire(context.Background(), lease)
		if err == nil {
			break
		}
		if !errors.Is(err, sdk.ErrHeld) {
			return err
		}
	}
	data, _ := os.ReadFile(counter)
	time.Sleep(time.Millisecond)
	err := os.WriteFile(counter, append(data, '.'), 0o600)
	return errors.Join(err, b.Release(context.Background(), lease))
}

func TestProcessesExcludeEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "locks.db")
	const processes = 3
	var children sync.WaitGroup
	for range processes {
		children.Go(func() {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), childPath+"="+path)
			if out, err := child.CombinedOutput(); err != nil {
				t.Errorf("child: %v\n%s", err, out)
			}
		})
	}
	children.Wait()
	if count := len(readFile(t, path+".counter")); count != processes*25 {
		t.Errorf("counted to %d; want %d", count, processes*25)
	}
}

// lockFromOutside holds the lock of the file as another process would: through
// a file that it opened itself.
func lockFromOutside(t *testing.T, path string, how int) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	if err := unix.Flock(int(file.Fd()), how); err != nil {
		t.Fatal(err)
	}
}

func TestLockedFileIsUnavailable(t *testing.T) {
	each(t, func(t *testing.T, call func(context.Context, *backend) error) {
		b := newBackend(t)
		acquire(t, b, wanted("another"))
		lockFromOutside(t, b.file.path, unix.LOCK_EX)
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		var err error
		backendtest.Promptly(t, func() { err = call(ctx, b) })
		wantError(t, err, sdk.ErrUnavailable)
		if !strings.Contains(err.Error(), b.file.path) {
			t.Errorf("%v does not name the file", err)
		}
	})
}

// A waiter that waits for its turn within the process must heed its context as
// one that waits for the file.
func TestTurnIsUnavailable(t *testing.T) {
	each(t, func(t *testing.T, call func(context.Context, *backend) error) {
		b := newBackend(t)
		b.file.turn <- struct{}{}
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		wantError(t, call(ctx, b), sdk.ErrUnavailable)
	})
}

func TestReadersShareTheFile(t *testing.T) {
	b := newBackend(t)
	acquire(t, b, wanted("r"))
	lockFromOutside(t, b.file.path, unix.LOCK_SH)
	if _, err := b.Current(context.Background(), "r"); err != nil {
		t.Fatal(err)
	}
}
