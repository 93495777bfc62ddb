package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
)

// An operator is a user of a machine: a home directory, a configuration file
// there, and backends on PATH.
type operator struct {
	home string
	env  []string
}

// newOperator returns an operator without colours who keeps locks by a backend, a real one or one
// of plugintest's. more is put at the end of the configuration.
func newOperator(t *testing.T, backend, more string) *operator {
	t.Helper()
	home := t.TempDir()
	o := &operator{home: home, env: append(os.Environ(),
		"HOME="+home, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "STORMLOCK_CONFIG=", "TERM=xterm", "NO_COLOR=1",
		"PATH="+installed(t, backend)+string(os.PathListSeparator)+os.Getenv("PATH"), plugintest.ScriptDir+"="+home)}
	o.configure(t, "[default]\nbackend = "+backend+"\nttl = 5m\nprincipal = ana@ops\n"+more)
	return o
}

// installed is a directory with the executable of a backend.
func installed(t *testing.T, backend string) string {
	t.Helper()
	if plugintest.Executables[backend] != nil {
		return plugintest.Install(t, backend)
	}
	path, err := realBackend(backend)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // where no other one is
	if err := os.Symlink(path, filepath.Join(dir, filepath.Base(path))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// configure writes the operator's configuration file.
func (o *operator) configure(t *testing.T, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(o.home, ".config"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.home, ".config", "stormlock.cfg"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command is stormlock with arguments, in the operator's home directory.
func (o *operator) command(args ...string) *exec.Cmd {
	cmd := exec.Command("stormlock", args...)
	cmd.Env, cmd.Dir = o.env, o.home
	return cmd
}

// run runs stormlock and returns what it printed and its exit code.
func (o *operator) run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs strings.Builder
	cmd := o.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if _, ended := errors.AsType[*exec.ExitError](err); !ended {
			t.Fatal(err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// ok runs stormlock, which must succeed, and returns what it printed on stdout
// without the last newline.
func (o *operator) ok(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := o.run(t, args...)
	if code != exitDone {
		t.Fatalf("stormlock %s: exit code %d, stderr %q", strings.Join(args, " "), code, stderr)
	}
	return strings.TrimSuffix(stdout, "\n")
}
