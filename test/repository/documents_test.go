package repository_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	codeSpan   = regexp.MustCompile("`[^`]+`")
	testName   = regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`)
	definition = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w*)\(`)
)

// A claim whose document names its test is worth as much as that test.
func TestNamedTestsExist(t *testing.T) {
	known := make(map[string]bool)
	for _, path := range files(t, "_test.go") {
		for _, match := range definition.FindAllStringSubmatch(read(t, path), -1) {
			known[match[1]] = true
		}
	}
	for _, path := range documents(t) {
		for _, name := range unknownTests(read(t, path), known) {
			t.Errorf("%s names the test %s, and there is none", path, name)
		}
	}
}

func documents(t *testing.T) []string {
	paths := []string{"SECURITY.md", "README.md", "CONTRIBUTING.md"}
	for _, path := range files(t, ".md") {
		if filepath.Dir(path) == "docs" {
			paths = append(paths, path)
		}
	}
	return paths
}

// unknownTests lists the tests that a document names in backquotes and that are
// not known. A subtest belongs to its test.
func unknownTests(document string, known map[string]bool) []string {
	var names []string
	for _, span := range codeSpan.FindAllString(strings.ReplaceAll(document, "```", ""), -1) {
		for _, name := range testName.FindAllString(span, -1) {
			if !known[name] && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func TestUnknownTests(t *testing.T) {
	document := "It is `TestNone`, not TestProse.\n\n```\ngo test\n```\n\n`TestOne/part`, `go test -run\nTestOther .`, `FuzzNone` and `TestNone`."
	got := unknownTests(document, map[string]bool{"TestOne": true})
	if want := []string{"TestNone", "TestOther", "FuzzNone"}; !slices.Equal(got, want) {
		t.Errorf("unknown are %q; want %q", got, want)
	}
}
