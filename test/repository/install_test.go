package repository_test

import (
	"io/fs"
	"os"
	"os/exec"
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

// TestInstall: install puts executables, man pages and completion below PREFIX,
// and uninstall removes all of them.
func TestInstall(t *testing.T) {
	dest := t.TempDir()
	run := func(target string) {
		t.Helper()
		cmd := exec.Command("make", "-s", target, "DESTDIR="+dest, "PREFIX=/opt/lock", "BACKENDS=local")
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("make %s: %v: %s", target, err, out)
		}
	}
	run("install")
	there := installed(t, filepath.Join(dest, "opt", "lock"))
	for name, text := range map[string]string{
		"bin/stormlock":                                  "",
		"bin/stormlock-backend-local":                    "",
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
	pages := len(files(t, ".1"))
	if n := len(slices.DeleteFunc(there, func(name string) bool { return !strings.HasSuffix(name, ".1") })); n != pages || n == 0 {
		t.Errorf("%d man pages are installed, there are %d", n, pages)
	}
	run("uninstall")
	if left := installed(t, dest); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
