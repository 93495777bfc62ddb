package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// What these tests say throughout.
var (
	wanted  = backendtest.Want
	acquire = backendtest.Acquire
	finds   = backendtest.Finds
)

// newBackend returns a backend on a new file, in a directory that does not
// exist yet.
func newBackend(t testing.TB) *backend {
	return openAt(t, filepath.Join(t.TempDir(), "state", "stormlock", "locks.db"))
}

// openAt returns another instance on the file at path.
func openAt(t testing.TB, path string) *backend {
	t.Helper()
	b, err := Open(context.Background(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return b.(*backend)
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v; want one that is %q", err, want)
	}
}

// each runs a test of every method that takes a resource.
func each(t *testing.T, test func(t *testing.T, call func(ctx context.Context, b *backend) error)) {
	t.Helper()
	for name, call := range map[string]func(context.Context, *backend) error{
		"acquire": func(ctx context.Context, b *backend) error {
			_, err := b.Acquire(ctx, wanted("r"))
			return err
		},
		"renew": func(ctx context.Context, b *backend) error {
			_, err := b.Renew(ctx, wanted("r"))
			return err
		},
		"release": func(ctx context.Context, b *backend) error { return b.Release(ctx, wanted("r")) },
		"current": func(ctx context.Context, b *backend) error {
			_, err := b.Current(ctx, "r")
			return err
		},
		"list": func(ctx context.Context, b *backend) error {
			for _, err := range b.List(ctx, "") {
				return err
			}
			return nil
		},
		"setup": func(ctx context.Context, b *backend) error { _, err := b.Setup(ctx, false); return err },
	} {
		t.Run(name, func(t *testing.T) { test(t, call) })
	}
}

func TestPath(t *testing.T) {
	for _, test := range []struct{ path, state, home, want string }{
		{"/var/lib/x.db", "/state", "/home/ana", "/var/lib/x.db"},
		{"/var/lib//a/../x.db", "", "", "/var/lib/x.db"},
		{"", "/state", "/home/ana", "/state/stormlock/locks.db"},
		{"", "", "/home/ana", "/home/ana/.local/state/stormlock/locks.db"},
		{"", "not/absolute", "/home/ana", "/home/ana/.local/state/stormlock/locks.db"},
		{"locks.db", "/state", "/home/ana", ""},
		{"~/locks.db", "/state", "/home/ana", ""},
		{"", "", "", ""},
		{"", "", "home", ""},
	} {
		t.Setenv("XDG_STATE_HOME", test.state)
		t.Setenv("HOME", test.home)
		b, err := Open(context.Background(), Config{Path: test.path})
		if test.want == "" {
			var wrong *sdk.ConfigError
			if !errors.As(err, &wrong) || wrong.Key != "path" {
				t.Errorf("%+v: error is %v; want a ConfigError for path", test, err)
			}
			continue
		}
		if err != nil || b.(*backend).file.path != test.want {
			t.Errorf("%+v: got %v, %v", test, b, err)
		}
	}
}

func TestSetupCreatesPrivately(t *testing.T) {
	b := newBackend(t)
	setsUp(t, b, true, "create "+b.file.path)
	if _, err := os.Stat(b.file.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after a dry run: %v", err)
	}
	setsUp(t, b, false, "create "+b.file.path)
	setsUp(t, b, true)
	setsUp(t, b, false)
	dir := filepath.Dir(b.file.path)
	for path, want := range map[string]os.FileMode{
		b.file.path: 0o600, dir: 0o700 | os.ModeDir, filepath.Dir(dir): 0o700 | os.ModeDir,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func setsUp(t *testing.T, b *backend, dryRun bool, want ...string) {
	t.Helper()
	if got, err := b.Setup(context.Background(), dryRun); err != nil || !slices.Equal(got, want) {
		t.Fatalf("setup (dry run: %t): %q, %v; want %q", dryRun, got, err, want)
	}
}

func TestSetupKeepsLeases(t *testing.T) {
	b := newBackend(t)
	lease := acquire(t, b, wanted("r"))
	if _, err := b.Setup(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Current(context.Background(), "r"); err != nil || got.ID != lease.ID {
		t.Fatalf("got %v, %v; want the lease %v", got, err, lease)
	}
}

func TestReadingCreatesNothing(t *testing.T) {
	b := newBackend(t)
	_, err := b.Current(context.Background(), "r")
	wantError(t, err, sdk.ErrNotHeld)
	for lease, err := range b.List(context.Background(), "") {
		t.Errorf("list yields %v, %v", lease, err)
	}
	if _, err := os.Stat(filepath.Dir(b.file.path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory was created: %v", err)
	}
}

// A file of no length is what another process has just created, or what
// touch(1) leaves.
func TestEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "locks.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := openAt(t, path)
	_, err := b.Current(context.Background(), "r")
	wantError(t, err, sdk.ErrNotHeld)
	acquire(t, b, wanted("r"))
}

func TestEndedContextWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, call func(context.Context, *backend) error) {
		b := newBackend(t)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		wantError(t, call(ctx, b), sdk.ErrUnavailable)
		if _, err := os.Stat(b.file.path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file was created: %v", err)
		}
	})
}

// The deadline passes while the transaction is under way, after the last moment
// at which a caller could have waited for it.
func TestDeadlineBeforeCommitTakesNothing(t *testing.T) {
	b := newBackend(t)
	if _, err := b.Setup(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.file.now = func() moment {
		cancel()
		return present()
	}
	_, err := b.file.write(ctx, func(l *ledger) (sdk.Lease, error) { return l.acquire(wanted("r")) })
	wantError(t, err, sdk.ErrUnavailable)
	_, err = openAt(t, b.file.path).Current(context.Background(), "r")
	wantError(t, err, sdk.ErrNotHeld)
}

func TestErrorNamesTheFile(t *testing.T) {
	b := openAt(t, t.TempDir())
	_, err := b.Acquire(context.Background(), wanted("r"))
	if err == nil || !strings.Contains(err.Error(), b.file.path) || strings.Contains(err.Error(), "\n") {
		t.Fatalf("error is %v; want one line that names %s", err, b.file.path)
	}
}

func BenchmarkAcquireRelease(b *testing.B) {
	local := newBackend(b)
	for b.Loop() {
		lease := acquire(b, local, wanted("r"))
		if err := local.Release(context.Background(), lease); err != nil {
			b.Fatal(err)
		}
	}
}
