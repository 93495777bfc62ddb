package main

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stormlock/stormlock/internal/guarded"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/test/servers"
)

func TestMain(m *testing.M) {
	plugintest.RunIfBackend()
	guarded.RunIfHelper()
	pluginhost.RunIfOrphanHost()
	plugintest.HurryRaceDetector()
	_ = os.Unsetenv("XDG_STATE_HOME") // tests set HOME, and keep out of ours
	rollBackTime, reminderTime, completionTime = 10*time.Second, 10*time.Second, 9*time.Second
	testscript.Main(cleaning{m}, map[string]func(){"stormlock": main})
}

// cleaning removes what all tests of this process share.
type cleaning struct{ *testing.M }

func (c cleaning) Run() int {
	code := servers.Main(c.M)
	_ = os.RemoveAll(built.dir) // "" if nothing was built
	return code
}

// TestScripts runs testdata/script on the embedded backend and on backends
// that misbehave.
func TestScripts(t *testing.T) { runScripts(t, "testdata/script", nil, nil) }

// A command is one that scripts can use.
type command = func(ts *testscript.TestScript, neg bool, args []string)

// runScripts runs the scripts of a directory. setup prepares each; extra are
// commands beside those that all scripts have.
func runScripts(t *testing.T, dir string, setup func(*testscript.Env) error, extra map[string]command) {
	commands := map[string]command{"install": install, "exits": exits, "lease": lease, "oneline": oneline, "next": next}
	maps.Copy(commands, extra)
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			bin := env.Getenv("WORK") + "/bin"
			env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("HOME", env.Getenv("WORK")+"/home")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv(plugintest.ScriptDir, env.Getenv("WORK")+"/scripted")
			env.Setenv("LONG", strings.Repeat("x", 256))
			env.Setenv("EVIL", "a\x1b[2Jb\nc")
			err := errors.Join(os.MkdirAll(bin, 0o755), os.MkdirAll(env.Getenv("HOME"), 0o755))
			if err == nil && setup != nil {
				err = setup(env)
			}
			return err
		},
		Cmds: commands,
		Condition: func(name string) (bool, error) {
			return name == "root" && os.Geteuid() == 0, nil
		},
		RequireExplicitExec: true,
	})
}

// built holds the executables of real backends, made when they are first
// asked for.
var built struct {
	sync.Mutex
	dir  string
	done map[string]bool
}

// realBackend returns the executable of a real backend.
func realBackend(name string) (string, error) {
	built.Lock()
	defer built.Unlock()
	if built.done == nil {
		dir, err := os.MkdirTemp("", "stormlock-backends")
		if err != nil {
			return "", err
		}
		built.dir, built.done = dir, map[string]bool{}
	}
	if !built.done[name] {
		if err := plugintest.Build(built.dir, name); err != nil {
			return "", err
		}
		built.done[name] = true
	}
	return filepath.Join(built.dir, "stormlock-backend-"+name), nil
}

// install NAME...: puts backends on PATH, real or misbehaving ones.
func install(ts *testscript.TestScript, neg bool, names []string) {
	for _, name := range names {
		source, err := os.Executable()
		if plugintest.Executables[name] == nil {
			source, err = realBackend(name)
		}
		ts.Check(err)
		ts.Check(os.Symlink(source, ts.MkAbs("bin/stormlock-backend-"+name)))
	}
}

// next NAME: the calls of the backend "scripted" begin anew, with the file
// next-NAME as their script, and looks-NAME, if it is there, as that of looking.
func next(ts *testscript.TestScript, neg bool, args []string) {
	script := ts.ReadFile("next-" + args[0])
	ts.Check(os.WriteFile(ts.MkAbs("scripted/script"), []byte(script), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("scripted/calls"), nil, 0o600))
	looks, _ := os.ReadFile(ts.MkAbs("looks-" + args[0]))
	ts.Check(os.WriteFile(ts.MkAbs("scripted/looks"), looks, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("scripted/looked"), nil, 0o600))
}

// exits CODE COMMAND...: runs a command and checks its exit code exactly.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// leaseID is any that a backend shows: 32 hexadecimal digits, a UUID, or those
// of a 63-bit number.
var leaseID = regexp.MustCompile(`^([0-9a-f]{32}|[0-9a-f]{1,16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// lease VARIABLE: keeps what the last command printed on stdout, a lease id
// and nothing else.
func lease(ts *testscript.TestScript, neg bool, args []string) {
	id, ok := strings.CutSuffix(ts.ReadFile("stdout"), "\n")
	if !ok || !leaseID.MatchString(id) {
		ts.Fatalf("stdout is %q, want a lease id", ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], id)
}

// oneline: what the last command printed on stderr is one line that begins
// with the program's name.
func oneline(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile("stderr")
	if strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "stormlock: ") {
		ts.Fatalf("stderr is not one line: %q", text)
	}
}
