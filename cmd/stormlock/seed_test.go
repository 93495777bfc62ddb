package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// seedMark is in every executable that was built with faults on purpose.
var seedMark = []byte("STORMLOCK_SEED")

// TestNoReleaseHasSeeds builds what "make build" builds, and looks into each
// executable; and once more with the tag, to see that it would find them.
func TestNoReleaseHasSeeds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("make's recipes are for a POSIX shell")
	}
	for name, seeded := range marked(t) {
		if seeded {
			t.Errorf("%s, as \"make build\" makes it, has faults on purpose", name)
		}
	}
	found := marked(t, "TAGS=seeded")
	for _, name := range withSeeds(t) {
		if !found[name] {
			t.Errorf("%s has no mark even if it is built with its faults: this test could not fail", name)
		}
	}
}

// marked runs make build, with variables, and tells which executables have the mark.
func marked(t *testing.T, variables ...string) map[string]bool {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("make", append([]string{"--no-print-directory", "build", "BIN=" + dir, "VERSION=v0.0.0"}, variables...)...)
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	found := map[string]bool{}
	for _, path := range glob(t, dir+"/*") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(path)] = bytes.Contains(text, seedMark)
	}
	if len(found) < 6 || len(found) < len(glob(t, "../../plugins/*/cmd/*")) {
		t.Fatalf("make build makes %v", found)
	}
	return found
}

// withSeeds are the executables whose source has faults on purpose.
func withSeeds(t *testing.T) []string {
	t.Helper()
	names := []string{"stormlock"}
	for _, path := range glob(t, "../../plugins/*/seed_*.go") {
		if !strings.HasSuffix(path, "_test.go") {
			names = append(names, "stormlock-backend-"+filepath.Base(filepath.Dir(path)))
		}
	}
	return names
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
