package repository_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// built makes all executables as the Makefile does, and returns their folder.
func built(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	must(t, "make", "-s", "build", "BIN="+bin)
	return bin
}

// TestSizes: every executable stays under its limit.
func TestSizes(t *testing.T) {
	t.Log(must(t, "scripts/sizes.sh", built(t)))
}

func TestSizeAboveTheLimitIsRefused(t *testing.T) {
	for name, limit := range map[string]int64{"stormlock": 15e6, "stormlock.exe": 15e6, "stormlock-backend-dynamodb": 25e6, "stormlock-backend-x": 20e6} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		save(t, path, "")
		if err := os.Truncate(path, limit-1); err != nil {
			t.Fatal(err)
		}
		must(t, "scripts/sizes.sh", dir)
		if err := os.Truncate(path, limit); err != nil {
			t.Fatal(err)
		}
		wantFailure(t, run(t, "scripts/sizes.sh", dir), "scripts/sizes.sh: ", name+" has ", "must stay under ")
	}
}

// lookups are functions that look methods up by names that the linker cannot know.
// Where one of them is linked, every exported method of every library stays.
var lookups = []string{"net/rpc.suitableMethods", "text/template.(*state).evalField"}

func TestUnusedMethodsAreNotLinked(t *testing.T) {
	bin := built(t)
	for _, path := range installed(t, bin) {
		data, err := os.ReadFile(filepath.Join(bin, path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(data, []byte("runtime.main")) {
			t.Errorf("%s has no names of functions, so nothing can be found in it", path)
		}
		for _, lookup := range lookups {
			if bytes.Contains(data, []byte(lookup)) {
				t.Errorf("%s has %s; see with -ldflags=-dumpdep what refers to it", path, lookup)
			}
		}
	}
}
