package repository_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A target is a fuzz target and its folder.
type target struct{ dir, name string }

func (t target) String() string { return t.dir + " " + t.name }

// targets lists the fuzz targets of the workspace, as the compiler sees them.
func targets(t *testing.T) []target {
	t.Helper()
	var found []target
	for _, path := range files(t, "_test.go") {
		file, err := parser.ParseFile(token.NewFileSet(), path, read(t, path), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") {
				found = append(found, target{filepath.Dir(path), f.Name.Name})
			}
		}
	}
	return found
}

func TestFuzzRunsEveryTarget(t *testing.T) {
	var want []string
	for _, target := range targets(t) {
		want = append(want, "./"+target.String())
	}
	got := strings.Split(strings.TrimSpace(must(t, "scripts/fuzz.sh", "-l")), "\n")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("scripts/fuzz.sh runs %q; there are %q", got, want)
	}
}

// What was found once, or is hard to find by chance, is tried by every run of
// the tests.
func TestFuzzTargetsHaveACorpus(t *testing.T) {
	for _, target := range targets(t) {
		if !hasCorpus(filepath.Join(root, target.dir), target.name) {
			t.Errorf("%s has no corpus; put inputs worth trying into %s/testdata/fuzz/%s", target, target.dir, target.name)
		}
	}
}

func hasCorpus(dir, name string) bool {
	paths, _ := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", name, "*"))
	return slices.ContainsFunc(paths, func(path string) bool {
		text, err := os.ReadFile(path)
		return err == nil && strings.HasPrefix(string(text), "go test fuzz v1\n")
	})
}

func TestCorpusIsMissed(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "testdata", "fuzz", "FuzzA", "README"), "no input\n")
	save(t, filepath.Join(dir, "testdata", "fuzz", "FuzzB", "input"), "go test fuzz v1\nint(1)\n")
	if hasCorpus(dir, "FuzzA") || !hasCorpus(dir, "FuzzB") || hasCorpus(dir, "FuzzC") {
		t.Error("want a corpus for FuzzB alone")
	}
}

// fuzz runs make fuzz's script over a workspace of its own, with one target. It
// returns the target's folder too.
func fuzz(t *testing.T, fuzzTime, source string) (result, string) {
	t.Helper()
	dir := t.TempDir()
	save(t, filepath.Join(dir, "go.work"), "go 1.26.0\n\nuse ./m\n")
	save(t, filepath.Join(dir, "m", "go.mod"), "module example.com/m\n\ngo 1.26.0\n")
	save(t, filepath.Join(dir, "m", "m.go"), "package m\n")
	save(t, filepath.Join(dir, "m", "m_test.go"), source)
	save(t, filepath.Join(dir, "scripts", "fuzz.sh"), read(t, "scripts/fuzz.sh"))
	return run(t, "FUZZTIME="+fuzzTime, "bash", filepath.Join(dir, "scripts", "fuzz.sh")), filepath.Join(dir, "m")
}

// source is a fuzz target that fails for what is bad.
func source(name, bad string) string {
	return fmt.Sprintf(`package m

import (
	"testing"
	"time"
)

var start = time.Now()

func %s(f *testing.F) {
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if %s {
			t.Error("after", time.Since(start))
		}
	})
}
`, name, bad)
}

func TestFuzzTellsHowOftenItRan(t *testing.T) {
	got, _ := fuzz(t, "10000x", source("FuzzGood", "false"))
	if want := regexp.MustCompile(`^\./m FuzzGood: 1\d{4} executions\n$`); got.err != nil || !want.MatchString(got.stdout) {
		t.Errorf("%v, %q; want one line\n%s", got.err, got.stdout, got.stderr)
	}
}

// It fails late, when go has already told of executions.
func TestFuzzShowsWhatFails(t *testing.T) {
	got, dir := fuzz(t, "5m", source("FuzzBad", `text != "" && time.Since(start) > 4*time.Second`))
	wantFailure(t, got, "make fuzz: ", "FuzzBad in ./m failed")
	if !strings.Contains(got.stderr, "Failing input written to testdata/fuzz/FuzzBad/") || !hasCorpus(dir, "FuzzBad") {
		t.Errorf("the input that fails is not shown or not kept:\n%s", got.stderr)
	}
}

func TestFuzzTargetThatIsNotBuiltFails(t *testing.T) {
	got, _ := fuzz(t, "1x", "//go:build never\n\n"+source("FuzzHidden", "false"))
	wantFailure(t, got, "make fuzz: ", "FuzzHidden in ./m failed")
}
