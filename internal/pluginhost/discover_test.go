package pluginhost_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stormlock/stormlock/internal/owner/ownertest"
	"github.com/stormlock/stormlock/internal/pluginhost"
)

func TestValidName(t *testing.T) {
	for _, name := range []string{"redis", "a", "a1", "my-store", "s3-v2-x", strings.Repeat("a", 40)} {
		if !pluginhost.ValidName(name) {
			t.Errorf("%q is not valid", name)
		}
	}
	for _, name := range []string{
		"", "Redis", "1a", "-a", "a-", "a--b", "a.b", "a/b", "../a", `a\b`, "a b", "a\n", "ä", ".", "a_b",
		strings.Repeat("a", 41),
	} {
		if pluginhost.ValidName(name) {
			t.Errorf("%q is valid", name)
		}
	}
}

// put makes a file that looks like the executable of a backend.
func put(t *testing.T, dir, name string, mode os.FileMode) (path string) {
	t.Helper()
	path = filepath.Join(dir, "stormlock-backend-"+name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // past the umask
		t.Fatal(err)
	}
	return path
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestFindTakesTheFirst(t *testing.T) {
	empty, first, second := t.TempDir(), t.TempDir(), t.TempDir()
	want := put(t, first, "redis", 0o755)
	put(t, second, "redis", 0o755)
	got, err := pluginhost.Find("redis", []string{empty, "/nonexistent", first, second})
	if err != nil || got.Path != want {
		t.Errorf("found %q, %v; want %q", got.Path, err, want)
	}
}

func TestFindFollowsLinks(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	target := put(t, elsewhere, "postgres", 0o755)
	link := filepath.Join(dir, "stormlock-backend-postgresql")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	got, err := pluginhost.Find("postgresql", []string{dir})
	if err != nil || got.Path != link {
		t.Errorf("found %q, %v; want %q", got.Path, err, link)
	}
}

func TestFindRefuses(t *testing.T) {
	cases := map[string]struct {
		arrange func(t *testing.T, dir string)
		want    string
	}{
		"a file that all can write": {func(t *testing.T, dir string) {
			put(t, dir, "redis", 0o757)
		}, "every user can write it"},
		"a directory that all can write": {func(t *testing.T, dir string) {
			put(t, dir, "redis", 0o755)
			chmod(t, dir, 0o777)
		}, "every user can replace "},
		"another's file in a sticky directory": {func(t *testing.T, dir string) {
			ownertest.GiveAway(t, put(t, dir, "redis", 0o755))
			chmod(t, dir, 0o777|os.ModeSticky)
		}, "belongs neither to you nor to root"},
		"a link to a file that all can write": {func(t *testing.T, dir string) {
			target := put(t, t.TempDir(), "redis", 0o757)
			if err := os.Symlink(target, filepath.Join(dir, "stormlock-backend-redis")); err != nil {
				t.Fatal(err)
			}
		}, "every user can write it"},
		"a directory below one that all can write": {func(t *testing.T, dir string) {
			put(t, dir, "redis", 0o755)
			chmod(t, filepath.Dir(dir), 0o777)
			t.Cleanup(func() { chmod(t, filepath.Dir(dir), 0o755) })
		}, "every user can replace "},
		"a link to a link in a directory that all can write": {func(t *testing.T, dir string) {
			other := t.TempDir()
			middle := filepath.Join(other, "middle")
			if err := errors.Join(os.Symlink(put(t, t.TempDir(), "redis", 0o755), middle),
				os.Symlink(middle, filepath.Join(dir, "stormlock-backend-redis"))); err != nil {
				t.Fatal(err)
			}
			chmod(t, other, 0o777)
		}, "every user can replace "},
		"a relative link upwards, past such a directory": {func(t *testing.T, dir string) {
			other := t.TempDir()
			if err := os.Mkdir(filepath.Join(other, "in"), 0o755); err != nil {
				t.Fatal(err)
			}
			put(t, other, "redis", 0o755)
			chmod(t, other, 0o777)
			if err := os.Symlink(filepath.Join(other, "in/../stormlock-backend-redis"), filepath.Join(dir, "stormlock-backend-redis")); err != nil {
				t.Fatal(err)
			}
		}, "every user can replace "},
		"a link into a directory that all can write": {func(t *testing.T, dir string) {
			other := t.TempDir()
			target := put(t, other, "redis", 0o755)
			chmod(t, other, 0o777)
			if err := os.Symlink(target, filepath.Join(dir, "stormlock-backend-redis")); err != nil {
				t.Fatal(err)
			}
		}, "every user can replace "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir, good := t.TempDir(), t.TempDir()
			c.arrange(t, dir)
			put(t, good, "redis", 0o755)
			_, err := pluginhost.Find("redis", []string{dir, good})
			refused, ok := errors.AsType[*pluginhost.RefusedError](err)
			if !ok || !strings.Contains(refused.Reason, c.want) {
				t.Errorf("error is %v, want a refusal with %q", err, c.want)
			}
		})
	}
}

// TestSearchPathThroughALink: the directory on PATH may be a link itself, in
// which case where it leads to counts.
func TestSearchPathThroughALink(t *testing.T) {
	open, there := t.TempDir(), t.TempDir()
	want := put(t, there, "redis", 0o755)
	link := filepath.Join(t.TempDir(), "bin")
	if err := os.Symlink(there, link); err != nil {
		t.Fatal(err)
	}
	got, err := pluginhost.Find("redis", []string{link})
	if err != nil || filepath.Base(got.Path) != filepath.Base(want) {
		t.Errorf("found %+v, %v", got, err)
	}
	chmod(t, open, 0o777)
	moved := filepath.Join(open, "bin")
	if err := os.Symlink(there, moved); err != nil {
		t.Fatal(err)
	}
	_, err = pluginhost.Find("redis", []string{moved})
	if _, ok := errors.AsType[*pluginhost.RefusedError](err); !ok {
		t.Errorf("through a link that all can replace: %v", err)
	}
}

// TestFindIsNotLedAroundInCircles: links that lead to each other end the walk.
func TestFindIsNotLedAroundInCircles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "stormlock-backend-redis")
	if err := errors.Join(os.Symlink(path+"2", path), os.Symlink(path, path+"2")); err != nil {
		t.Fatal(err)
	}
	if got, err := pluginhost.Find("redis", []string{dir}); err == nil {
		t.Errorf("found %+v", got)
	}
}

func TestTrustedOwner(t *testing.T) {
	me := uint32(os.Geteuid())
	for uid, want := range map[uint32]bool{0: true, me: true, me + 12345: false} {
		if got := pluginhost.TrustedOwner(uid); got != want {
			t.Errorf("a file of user %d is trusted: %t", uid, got)
		}
	}
}

func TestOwnFileInStickyDirectory(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "redis", 0o755)
	chmod(t, dir, 0o777|os.ModeSticky)
	if _, err := pluginhost.Find("redis", []string{dir}); err != nil {
		t.Error(err)
	}
}

func TestFindPassesOverWhatCannotRun(t *testing.T) {
	dir, good := t.TempDir(), t.TempDir()
	put(t, dir, "redis", 0o644)
	want := put(t, good, "redis", 0o755)
	got, err := pluginhost.Find("redis", []string{dir, good})
	if err != nil || got.Path != want {
		t.Errorf("found %q, %v; want %q", got.Path, err, want)
	}
}

func TestNotFoundSaysWhatThereIs(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "redis", 0o755)
	put(t, dir, "etcd", 0o755)
	put(t, dir, "local", 0o644)
	put(t, dir, "UPPER", 0o755)
	if err := os.Mkdir(filepath.Join(dir, "stormlock-backend-folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "stormlock-backend-fifo"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, wants := range map[string][]string{
		"reddis": {`did you mean "redis"?`, "found: etcd, redis"},
		"mysql":  {"found: etcd, redis"},
		"local":  {"is not executable; run: chmod +x", "found: etcd, redis"},
		"folder": {"not a regular file"},
		"fifo":   {"not a regular file"},
		"../etc": {"the name of a backend has", `unlike "../etc"`},
		"UPPER":  {`unlike "UPPER"`},
	} {
		_, err := pluginhost.Find(name, []string{dir})
		if _, ok := errors.AsType[*pluginhost.NotFoundError](err); !ok {
			t.Errorf("%s: error is %v", name, err)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, err, want)
			}
		}
	}
	_, err := pluginhost.Find("redis", []string{t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "no backend at all") {
		t.Errorf("with nothing installed: %v", err)
	}
}

func TestList(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	one := put(t, first, "redis", 0o755)
	hidden := put(t, second, "redis", 0o755)
	bad := put(t, second, "etcd", 0o757)
	put(t, second, "not_a_name", 0o755)
	third := t.TempDir()
	good := put(t, third, "etcd", 0o755)

	got := pluginhost.List([]string{first, second, third})
	paths := make([]string, len(got))
	for i, c := range got {
		paths[i] = c.Path
	}
	if want := []string{one, bad, hidden, good}; !slices.Equal(paths, want) {
		t.Fatalf("list is %q, want %q", paths, want)
	}
	if got[0].Refused != nil || got[0].ShadowedBy != "" {
		t.Errorf("first: %+v", got[0])
	}
	if got[1].Refused == nil {
		t.Errorf("the file that all can write: %+v", got[1])
	}
	if got[2].ShadowedBy != one {
		t.Errorf("second: %+v, want it hidden by %s", got[2], one)
	}
	if got[3].ShadowedBy != bad {
		t.Errorf("behind a refused one: %+v, want it hidden by %s", got[3], bad)
	}
}

func TestDirectories(t *testing.T) {
	t.Setenv("PATH", strings.Join([]string{"/usr/bin", "", ".", "relative/bin", "/usr/bin", "/opt/x/"}, string(os.PathListSeparator)))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/usr/bin", "/opt/x", filepath.Dir(self)}
	if got := pluginhost.Directories(); !slices.Equal(got, want) {
		t.Errorf("directories are %q, want %q", got, want)
	}
}
