package repository_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// installed lists the files below a directory, links among them.
func installed(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestInstall: install puts executables, man pages and completion of a version below
// PREFIX, without a network, and uninstall removes all of them.
func TestInstall(t *testing.T) {
	dest := t.TempDir()
	target := func(name string) {
		t.Helper()
		must(t, withoutNetwork("make", "-s", name, "DESTDIR="+dest, "PREFIX=/opt/lock", "BACKENDS=local postgres", "VERSION=v1.2.3")...)
	}
	target("install")
	there := installed(t, filepath.Join(dest, "opt", "lock"))
	for name, text := range map[string]string{
		"bin/stormlock":                                  "",
		"bin/stormlock-backend-local":                    "",
		"bin/stormlock-backend-postgres":                 "",
		"bin/stormlock-backend-postgresql":               "",
		"share/man/man1/stormlock.1":                     ".TH",
		"share/man/man1/stormlock-acquire.1":             ".TH",
		"share/bash-completion/completions/stormlock":    "complete -o default -F __start_stormlock stormlock",
		"share/zsh/site-functions/_stormlock":            "#compdef stormlock",
		"share/fish/vendor_completions.d/stormlock.fish": "complete -c stormlock",
	} {
		if content, err := os.ReadFile(filepath.Join(dest, "opt", "lock", name)); err != nil || !strings.Contains(string(content), text) || len(content) == 0 {
			t.Errorf("%s is not as it should be (%v)", name, err)
		}
	}
	if out := must(t, filepath.Join(dest, "opt", "lock", "bin", "stormlock"), "version"); !strings.Contains(out, "v1.2.3") {
		t.Errorf("it is %q; want v1.2.3", out)
	}
	pages := len(files(t, ".1"))
	if n := len(slices.DeleteFunc(there, func(name string) bool { return !strings.HasSuffix(name, ".1") })); n != pages || n == 0 {
		t.Errorf("%d man pages are installed, there are %d", n, pages)
	}
	save(t, filepath.Join(dest, "opt", "lock", "bin", "stormlock-backend-other"), "another's")
	target("uninstall")
	if left := installed(t, dest); !slices.Equal(left, []string{"opt/lock/bin/stormlock-backend-other"}) {
		t.Errorf("left behind: %q; want what another installed", left)
	}
}

// TestUnknownBackend: it is named, and nothing is written.
func TestUnknownBackend(t *testing.T) {
	for _, target := range []string{"build", "install", "install-core", "install-backends", "packages"} {
		dir := t.TempDir()
		got := run(t, "make", "-s", target, "BIN="+dir, "DIST="+dir, "DESTDIR="+dir, "BACKENDS=local sqlite")
		wantFailure(t, got, "BACKENDS: ", `there is no backend "sqlite"; there are: `, "postgres", "redis")
		if left := installed(t, dir); len(left) > 0 {
			t.Errorf("make %s wrote %q", target, left)
		}
	}
}
