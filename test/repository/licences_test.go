package repository_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// licences runs the tool over a program of two modules; the other one has the files.
func licences(t *testing.T, files map[string]string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	save(t, filepath.Join(dir, "LICENSE"), "the licence of all")
	save(t, filepath.Join(dir, "go.mod"), "module example.com/a\n\ngo 1.26.0\n\nrequire example.com/b v1.0.0\n\nreplace example.com/b v1.0.0 => ./b\n")
	save(t, filepath.Join(dir, "main.go"), "package main\n\nimport _ \"example.com/b/c\"\n\nfunc main() {}\n")
	save(t, filepath.Join(dir, "b", "go.mod"), "module example.com/b\n\ngo 1.26.0\n")
	save(t, filepath.Join(dir, "b", "c", "c.go"), "package c\n")
	for name, text := range files {
		save(t, filepath.Join(dir, "b", name), text)
	}
	tool, program := filepath.Join(dir, "licences"), filepath.Join(dir, "program")
	must(t, "GOWORK=off", "go", "build", "-C", "tools", "-o", tool, "./licences")
	must(t, "GOWORK=off", "go", "build", "-C", dir, "-o", program, ".")
	cmd := exec.Command(tool, program)
	cmd.Dir = dir
	cmd.Env = append(environment(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestModuleWithoutALicence(t *testing.T) {
	out, err := licences(t, map[string]string{"README.md": "all rights reserved", "c/LICENSE": "for this package alone"})
	if err == nil || !strings.Contains(out, "example.com/b v1.0.0 has no licence in ") {
		t.Errorf("%v: %s; want an error that names the module", err, out)
	}
}

func TestLicences(t *testing.T) {
	out, err := licences(t, map[string]string{
		"Licence.txt": "the licence of b", "COPYING": "the licence of all", "c/NOTICE": "the notice of c", "d/LICENSE": "not linked",
	})
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, part := range []string{
		"example.com/b v1.0.0 (COPYING)\nstormlock (LICENSE)\n\nthe licence of all\n",
		"example.com/b v1.0.0 (Licence.txt)\n\nthe licence of b\n",
		"example.com/b v1.0.0 (c/NOTICE)\n\nthe notice of c\n",
		"Go's standard library go1.",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("it lacks %q", part)
		}
	}
	if strings.Contains(out, "not linked") {
		t.Error("it has the licence of a package that is not linked")
	}
}
