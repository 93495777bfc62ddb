//go:build unix

package local

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// What is not a regular file is refused at once, not waited for, and what a
// link leads to is neither read nor created.
func TestOnlyARegularFile(t *testing.T) {
	for name, create := range map[string]func(path string) error{
		"directory":     func(path string) error { return os.Mkdir(path, 0o700) },
		"FIFO":          func(path string) error { return unix.Mkfifo(path, 0o600) },
		"dangling link": func(path string) error { return os.Symlink(path+".target", path) },
		"link to a lock file": func(path string) error {
			b, _ := Open(context.Background(), Config{Path: path + ".real"})
			_, err := b.Setup(context.Background(), false)
			return errors.Join(err, os.Symlink(path+".real", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, call func(context.Context, *backend) error) {
				path := filepath.Join(t.TempDir(), "locks.db")
				if err := create(path); err != nil {
					t.Fatal(err)
				}
				backendtest.Promptly(t, func() {
					wantError(t, call(context.Background(), openAt(t, path)), sdk.ErrRefused)
				})
				if _, err := os.Stat(path + ".target"); err == nil {
					t.Error("the target of the link was created")
				}
			})
		})
	}
}

// The check before opening can be outrun; the flags of the open cannot.
func TestOpenFlagsAlone(t *testing.T) {
	dir := t.TempDir()
	link, fifo := filepath.Join(dir, "link"), filepath.Join(dir, "fifo")
	if err := errors.Join(os.Symlink(filepath.Join(dir, "target"), link), unix.Mkfifo(fifo, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.OpenFile(link, os.O_RDWR|os.O_CREATE|openFlags, 0o600); !errors.Is(err, unix.ELOOP) {
		t.Errorf("link: %v; want ELOOP", err)
	}
	file, err := os.OpenFile(fifo, os.O_RDONLY|openFlags, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	wantError(t, checkOpen(file, os.O_RDWR), sdk.ErrRefused)
}

// Somebody removes the file after it was opened and before it was locked: a
// lock must not be kept in a file that nobody else can find.
func TestReplacedFileIsNoticed(t *testing.T) {
	b := newBackend(t)
	if _, err := b.Setup(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	err := b.file.withSession(context.Background(), writing, func(s *session) error {
		if s.replaced(b.file.path) {
			t.Error("the file is taken for a removed one")
		}
		if err := os.Rename(b.file.path, b.file.path+".old"); err != nil {
			return err
		}
		if !s.replaced(b.file.path) {
			t.Error("a removed file goes unnoticed")
		}
		if err := os.WriteFile(b.file.path, nil, 0o600); err != nil {
			return err
		}
		if !s.replaced(b.file.path) {
			t.Error("a replaced file goes unnoticed")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnwritten(t *testing.T) {
	const path = "/var/lib/locks.db"
	at := func(number syscall.Errno) error { return &fs.PathError{Op: "open", Path: path, Err: number} }
	for _, test := range []struct {
		err, kind error
		text      string
	}{
		{at(syscall.EACCES), sdk.ErrRefused, `lock file "/var/lib/locks.db": permission denied; run as its owner or set path to a file of yours`},
		{at(syscall.EPERM), sdk.ErrRefused, `lock file "/var/lib/locks.db": operation not permitted; run as its owner or set path to a file of yours`},
		{at(syscall.EROFS), sdk.ErrUnavailable, `lock file "/var/lib/locks.db" is on a read-only file system; set path to another place`},
		{at(syscall.ENOSPC), sdk.ErrUnavailable, `lock file "/var/lib/locks.db": no space left on device`},
		{errors.New("file size too small 3"), sdk.ErrRefused, `lock file "/var/lib/locks.db" is not a lock file (file size too small 3); set path to another file`},
	} {
		err := openFault(path, writing, test.err)
		wantError(t, err, test.kind)
		if err.Error() != test.text {
			t.Errorf("got  %s\nwant %s", err, test.text)
		}
	}
}

// A commit that fails may still have counted, so its error promises nothing.
func TestCommitFaultIsUnknown(t *testing.T) {
	err := commitFault("/x", syscall.ENOSPC)
	for _, promise := range []error{sdk.ErrUnavailable, sdk.ErrRefused, sdk.ErrConfig, sdk.ErrInvalid} {
		if errors.Is(err, promise) {
			t.Errorf("%v is %v", err, promise)
		}
	}
}
