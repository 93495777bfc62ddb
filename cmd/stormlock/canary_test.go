//go:build unix

package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/test/servers"
)

// A canary is a secret in a slot of a configuration, with a home of its own in
// which commands run. Nothing that they leave or show may hold it.
type canary struct {
	slot
	cage
	mark  string
	given string // directory of what the test itself put the secret into
	home  string
	tmp   string // TMPDIR
	env   []string
}

// canaryTime is what a command gets. None takes so long: one that is still there
// is killed and fails the test.
const canaryTime = time.Minute

// A cage is what all canaries of a test have in common.
type cage struct {
	bin       string // directory of the executables, as they are shipped
	ca        string // file of the authority of the stores that speak TLS
	processes sighted
}

func newCage(t *testing.T, authority *servers.Authority) cage {
	t.Helper()
	return cage{canaryBin(t), authority.File, watchProcesses(t)}
}

// newCanary writes the configuration of a slot for a store at an address.
func newCanary(t *testing.T, s slot, in cage, addr string) *canary {
	t.Helper()
	tmp, err := os.MkdirTemp("", "sl") // short, for sockets lie below
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	c := &canary{slot: s, cage: in, mark: newMark(), given: t.TempDir(), home: t.TempDir(), tmp: tmp}
	fill := c.filler(addr)
	c.write(t, filepath.Join(c.given, "stormlock.cfg"), fill(s.config()))
	c.write(t, filepath.Join(c.given, "secret"), fill(s.file))
	for name, text := range s.aws {
		c.write(t, filepath.Join(c.home, ".aws", name), fill(text))
	}
	c.env = []string{
		"PATH=" + in.bin + ":/usr/bin:/bin", "HOME=" + c.home, "TMPDIR=" + tmp, "AWS_EC2_METADATA_DISABLED=true",
	}
	if s.env != "" {
		c.env = append(c.env, secretVariable+"="+fill(s.env))
	}
	return c
}

// write makes a file that others can read, so that the warnings about those are
// looked at too.
func (c *canary) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a command, and looks for the secret in what it prints.
func (c *canary) run(t *testing.T, args ...string) (code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), canaryTime)
	defer cancel()
	args = append([]string{"-v", "-c", filepath.Join(c.given, "stormlock.cfg")}, args...)
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "stormlock"), args...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = c.env, c.home, time.Second
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	code = cmd.ProcessState.ExitCode()
	if !slices.Contains(canaryExits, code) {
		t.Errorf("%s: %q: exit code %d; stderr: %s", c.name, args, code, stderr.String())
	}
	if !c.public || !slices.Contains(args, "config") {
		c.look(t, strings.Join(args, " ")+": stdout", stdout.String())
	}
	c.look(t, strings.Join(args, " ")+": stderr", stderr.String())
	return code
}

// canaryExits are the documented exit codes, less that of a fault of stormlock's.
var canaryExits = []int{
	exitDone, exitNone, exitHeld, exitLost, exitUsage, exitUnavailable, exitUnknown, exitRefused, exitConfig,
	exitNotAcquired, exitOwnFailure,
}

// look looks for the secret in a text.
func (c *canary) look(t *testing.T, where, text string) {
	t.Helper()
	if form := leaked(c.mark, text); form != "" {
		t.Errorf("%s: %s: the secret %s shows as %s in %.2000q", c.name, where, c.mark, form, text)
	}
}

// lookAtFiles looks for the secret in what commands left, and returns how many
// files that are.
func (c *canary) lookAtFiles(t *testing.T) (n int) {
	t.Helper()
	for _, dir := range []string{c.home, c.tmp} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist): // by now
			case err != nil:
				return err
			case d.Name() == ".aws":
				return fs.SkipDir
			case d.Type().IsRegular():
				n++
				c.look(t, path, path+content(path))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	return n
}

// canaryBin makes a directory with all executables, as they are shipped: the
// stormlock of this test binary would take twice as long with the race detector.
func canaryBin(t *testing.T) string {
	t.Helper()
	dir := ""
	for name := range slots {
		path, err := realBackend(name)
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Dir(path)
	}
	if err := plugintest.BuildHost(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCanary: no secret of a configuration leaves it, but to the store. Each slot
// of each backend is tried with a store that is not there, one that is silent, and
// such as send back what they are sent; see TestCanaryOnRealServers for others.
func TestCanary(t *testing.T) {
	authority := servers.NewAuthority(t)
	cage, silence, mirrors := newCage(t, authority), listen(t, ignore), newMirrors(t, authority)
	t.Run("slots", func(t *testing.T) {
		for backend, all := range slots {
			for i, s := range all {
				s.backend, s.everything = backend, i == 0
				t.Run(backend+" "+s.name, func(t *testing.T) {
					t.Parallel()
					trial := trial{s, cage}
					var others sync.WaitGroup
					if !s.wrong {
						others.Go(func() { trial.silent(t, silence) })
						others.Go(func() { trial.mirrored(t, mirrors[backend]) })
					}
					trial.absent(t)
					others.Wait()
				})
			}
		}
	})
}

// A trial is a slot that is tried.
type trial struct {
	slot
	cage
}

// nobody is an address where nothing listens.
const nobody = "127.0.0.1:1"

// absent runs every command against a store that is not there.
func (r trial) absent(t *testing.T) {
	c := newCanary(t, r.slot, r.cage, nobody)
	want := cmp.Or(r.code, exitUnavailable)
	if r.wrong {
		want = cmp.Or(r.code, exitConfig)
	}
	for _, cmd := range canaryCommands {
		if !cmd.worthIt(r.slot) {
			continue
		}
		for _, level := range cmd.levels(r.slot) {
			args := append([]string{"--log-level", level, "--timeout", "20s"}, cmd.args(r.slot)...)
			if code := c.run(t, args...); cmd.path == "acquire" && code != want {
				t.Errorf("%s: %q: exit code %d, want %d", r.name, args, code, want)
			}
		}
	}
	c.lookAtFiles(t)
	r.processes.check(t, c)
}

// silent has commands wait for an answer. Meanwhile the arguments and the
// environment of all processes can be seen, and the lease record holds a note.
func (r trial) silent(t *testing.T, addr string) {
	c := newCanary(t, r.slot, r.cage, addr)
	files := 0
	for _, patience := range []string{"2s", "10s", "30s"} { // where there is little to do, the first will do
		files += c.waits(t, patience)
		if files > 0 && r.processes.saw(c) {
			break
		}
	}
	r.processes.check(t, c)
	if files == 0 || !r.processes.saw(c) {
		t.Errorf("%s: nothing was put on record (%d files), or the plugin was never seen to run", r.name, files)
	}
}

// waits has two commands wait for as long, and looks at the files that there are
// meanwhile and afterwards. It returns how many were looked at.
func (c *canary) waits(t *testing.T, patience string) (files int) {
	t.Helper()
	over := make(chan struct{})
	go func() {
		defer close(over)
		var both sync.WaitGroup
		for _, args := range [][]string{{"acquire", "-m", "why", "r"}, {"backend", "setup", c.backend}} {
			both.Go(func() { c.run(t, append([]string{"--log-level", "trace", "--timeout", patience}, args...)...) })
		}
		both.Wait()
	}()
	for {
		select {
		case <-time.After(200 * time.Millisecond):
			files += c.lookAtFiles(t)
		case <-over:
			return files + c.lookAtFiles(t)
		}
	}
}

// mirrored asks stores that quote what they are sent.
func (r trial) mirrored(t *testing.T, mirrors []*mirror) {
	for i, m := range mirrors {
		c := newCanary(t, r.slot, r.cage, m.addr)
		c.run(t, "--log-level", "trace", "--timeout", "3s", "acquire", "-m", "why", "r")
		if i == 0 {
			c.run(t, "--log-level", "trace", "--timeout", "3s", "backend", "setup", r.backend)
		}
		c.lookAtFiles(t)
		r.processes.check(t, c)
		if r.sent && !m.heard(c.mark) {
			t.Errorf("%s: %s was not sent the secret", r.name, m.name)
		}
	}
}

// TestCanaryIsFound: what looks for secrets finds them.
func TestCanaryIsFound(t *testing.T) {
	mark := newMark()
	for _, text := range disguises(mark) {
		if leaked(mark, "some "+text+" text") == "" {
			t.Errorf("%q is not found in %q", mark, text)
		}
	}
	if form := leaked(mark, strings.Join(disguises(newMark()), " ")); form != "" {
		t.Errorf("found %s in another's", form)
	}
}
