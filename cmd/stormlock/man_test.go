//go:build unix

package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/manpage"
)

// overstruck is how mandoc shows bold and underlined characters.
var overstruck = regexp.MustCompile(".\x08")

// manDir is where the man pages are.
const manDir = "../../man"

// With this, the pages are made anew. They are made here, for the tree of commands is
// part of this package, and nothing of it belongs into the executable.
var writeMan = flag.Bool("write-man", false, "write the man pages")

// manPages returns the pages by the names of their files.
func manPages() map[string]string {
	root := newRoot()
	var more []manpage.Section
	for _, topic := range topics {
		root.Long = strings.Replace(root.Long, topic.title+topic.text, topic.text, 1)
		more = append(more, manpage.Section{Name: topic.section, Text: topic.text})
	}
	pages := map[string]string{manpage.Name(root) + ".1": manpage.Page(root, more...)}
	addPages(pages, root)
	return pages
}

func addPages(pages map[string]string, above *cobra.Command) {
	for _, cmd := range above.Commands() {
		if manpage.Documented(cmd) {
			pages[manpage.Name(cmd)+".1"] = manpage.Page(cmd)
			addPages(pages, cmd)
		}
	}
}

// TestManPages: the man pages are those of the commands as they are. If they are not,
// run make generate.
func TestManPages(t *testing.T) {
	want := manPages()
	old, err := filepath.Glob(filepath.Join(manDir, "*.1"))
	if err != nil {
		t.Fatal(err)
	}
	if *writeMan {
		old = replacePages(t, old, want)
	}
	for _, path := range old {
		if _, ok := want[filepath.Base(path)]; !ok {
			t.Errorf("%s is of no command; run: make generate", path)
		}
	}
	for name, text := range want {
		if got, err := os.ReadFile(filepath.Join(manDir, name)); err != nil || string(got) != text {
			t.Errorf("man/%s is not what the command's help says (%v); run: make generate", name, err)
		}
	}
}

func replacePages(t *testing.T, old []string, pages map[string]string) (now []string) {
	t.Helper()
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range pages {
		path := filepath.Join(manDir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		now = append(now, path)
	}
	return now
}

// TestManPagesAreSound: mandoc has nothing against them but that they have no date.
func TestManPagesAreSound(t *testing.T) {
	if _, err := exec.LookPath("mandoc"); err != nil {
		t.Fatalf("%v; run: make deps", err)
	}
	for name, text := range manPages() {
		lint := exec.Command("mandoc", "-Tlint", "-Wwarning")
		lint.Stdin = strings.NewReader(text)
		out, _ := lint.Output()
		for line := range strings.Lines(string(out)) {
			if !strings.Contains(line, "missing date") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

// TestManPageShowsTheHelp: a page shows what help says, tables and shell text with it.
func TestManPageShowsTheHelp(t *testing.T) {
	render := func(name string) string {
		cmd := exec.Command("mandoc", "-Tutf8", "-O", "width=200")
		cmd.Stdin = strings.NewReader(manPages()[name])
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v; run: make deps", err)
		}
		return overstruck.ReplaceAllString(string(out), "")
	}
	root, acquire := render("stormlock.1"), render("stormlock-acquire.1")
	for _, want := range []string{
		"EXIT STATUS", "FILES", "ENVIRONMENT", "  75  outcome unknown", "~/.local/state/…",
		`id=$(stormlock acquire -m "patch 1.2" prod-db)`, "-c, --config FILE", "stormlock-acquire(1)", "Show who holds a lock",
	} {
		if !strings.Contains(strings.Join(strings.Fields(root), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("stormlock.1 does not show %q: %s", want, root)
		}
	}
	if n := strings.Count(root, "outcome unknown: how to settle"); n != 1 {
		t.Errorf("the exit codes are there %d times", n)
	}
	for _, want := range []string{"-t, --ttl DURATION", "stormlock acquire [-t TTL]", "repeat an acquire whose outcome is unknown"} {
		if !strings.Contains(acquire, want) {
			t.Errorf("stormlock-acquire.1 does not show %q: %s", want, acquire)
		}
	}
}

// TestManPagesAreTheSame whenever they are made.
func TestManPagesAreTheSame(t *testing.T) {
	a, b := manPages(), manPages()
	var names []string
	for name := range a {
		names = append(names, name)
		if a[name] != b[name] {
			t.Errorf("%s differs", name)
		}
	}
	if !slices.Contains(names, "stormlock-backend-list.1") || slices.Contains(names, "stormlock-help.1") {
		t.Errorf("pages are %q", names)
	}
}
