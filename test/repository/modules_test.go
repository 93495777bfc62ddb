package repository_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A goMod is what `go mod edit -json` says of a go.mod.
type goMod struct {
	Module  struct{ Path string }
	Require []struct{ Path, Version string }
	Replace []struct{ Old struct{ Path string } }
}

func parse(t *testing.T, path string) goMod {
	t.Helper()
	var mod goMod
	if err := json.Unmarshal([]byte(must(t, "go", "mod", "edit", "-json", path)), &mod); err != nil {
		t.Fatal(err)
	}
	return mod
}

// A replace would break `go install …@version`.
func TestNoReplace(t *testing.T) {
	for _, dir := range modules(t) {
		for _, replace := range parse(t, filepath.Join(dir, "go.mod")).Replace {
			t.Errorf("%s/go.mod replaces %s", dir, replace.Old.Path)
		}
	}
}

func TestReplaceIsSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "go.mod")
	save(t, path, "module m\n\nreplace example.com/a v1.0.0 => ./a\n")
	if got := parse(t, path).Replace; len(got) != 1 || got[0].Old.Path != "example.com/a" {
		t.Errorf("%+v; want the replace of example.com/a", got)
	}
}

// What goes over all modules goes by this list.
func TestEveryModuleIsListed(t *testing.T) {
	var listed []string
	for dir := range strings.Lines(must(t, "scripts/modules.sh", "all")) {
		listed = append(listed, filepath.Clean(strings.TrimSpace(dir)))
	}
	slices.Sort(listed)
	if want := slices.Sorted(slices.Values(modules(t))); !slices.Equal(listed, want) {
		t.Errorf("scripts/modules.sh lists %q; there are %q", listed, want)
	}
}
