// Package repository_test holds the repository to what it promises of itself:
// what its documents name is there, its modules can be installed, its releases
// can be built again, and what looks for vulnerabilities and for inputs that
// break it leaves nothing out.
//
// It runs the targets of the Makefile, so that what is tested is what people use.
package repository_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the folder of the checkout.
const root = "../.."

// files lists the files below the checkout whose names end so, as paths from
// it. What is built or installed there does not belong to the repository.
func files(t *testing.T, suffix string) []string {
	t.Helper()
	made := []string{".git", ".tools", "bin", "dist", "vendor", "examples/python/build", "examples/node/build", "examples/node/node_modules"}
	var found []string
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(made, path):
			return skip(entry)
		case !entry.IsDir() && strings.HasSuffix(path, suffix):
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// skip leaves out a folder and all in it. A worktree's .git is a file.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// read returns the text of a file of the checkout.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// save writes a file, and the folders above it.
func save(t *testing.T, path, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// modules lists the folders that hold a module.
func modules(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for _, path := range files(t, "go.mod") {
		dirs = append(dirs, filepath.Dir(path))
	}
	return dirs
}

// needTool fails the test if a tool was not built. Make would build it now,
// while others run that time themselves.
func needTool(t *testing.T, name string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root, ".tools", name)); err != nil {
		t.Fatalf("%s is missing from .tools; run make deps", name)
	}
}

// A result is what a command said, and whether it succeeded.
type result struct {
	stdout, stderr string
	err            error
}

// run runs a command in the checkout. NAME=VALUE before the command is put
// into its environment.
func run(t *testing.T, args ...string) result {
	t.Helper()
	split := slices.IndexFunc(args, func(arg string) bool { return !strings.Contains(arg, "=") })
	cmd := exec.Command(args[split], args[split+1:]...)
	cmd.Dir = root
	cmd.Env = append(environment(), args[:split]...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	return result{stdout.String(), stderr.String(), err}
}

// environment leaves out what the make around this test tells its own children,
// and what changes how the scripts end.
func environment() []string {
	names := []string{"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GITHUB_ACTIONS", "VULN_FLAGS"}
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(names, name)
	})
}

// must runs a command that has to succeed, and returns its stdout.
func must(t *testing.T, args ...string) string {
	t.Helper()
	got := run(t, args...)
	if got.err != nil {
		t.Fatalf("%v: %v\n%s%s", args, got.err, got.stdout, got.stderr)
	}
	return got.stdout
}

// wantFailure checks that a script failed and said so in one line of its own,
// with all of the words. Make adds a line that begins with "make: ".
func wantFailure(t *testing.T, got result, prefix string, words ...string) {
	t.Helper()
	var said []string
	for line := range strings.Lines(got.stderr) {
		if strings.HasPrefix(line, prefix) {
			said = append(said, line)
		}
	}
	if got.err == nil || len(said) != 1 {
		t.Fatalf("error %v, %d lines with %q; want a failure and one\n%s%s", got.err, len(said), prefix, got.stdout, got.stderr)
	}
	for _, word := range words {
		if !strings.Contains(said[0], word) {
			t.Errorf("%q; want it to contain %q", said[0], word)
		}
	}
}
