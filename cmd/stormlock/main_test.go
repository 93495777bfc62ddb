package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/test/servers"
)

func TestMain(m *testing.M) {
	plugintest.RunIfBackend()
	plugintest.HurryRaceDetector()
	testscript.Main(cleaning{m}, map[string]func(){"stormlock": main})
}

// cleaning removes what all tests of this process share.
type cleaning struct{ *testing.M }

func (c cleaning) Run() int {
	code := c.M.Run()
	_ = os.RemoveAll(built.dir)
	return code
}

// TestScripts runs testdata/script on the embedded backend and on backends
// that misbehave.
func TestScripts(t *testing.T) { runScripts(t, "testdata/script", nil) }

// TestRedisScripts runs testdata/redis against a real server each.
func TestRedisScripts(t *testing.T) {
	runScripts(t, "testdata/redis", func(env *testscript.Env) error {
		dir := env.Getenv("WORK") + "/.redis"
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		redis, err := servers.StartRedis(dir)
		if err != nil {
			return err
		}
		env.Defer(redis.Stop)
		env.Values["redis"] = redis
		return writeRedisConfigs(env, redis.Addr)
	})
}

// writeRedisConfigs writes the configuration files that name the server.
func writeRedisConfigs(env *testscript.Env, addr string) error {
	env.Setenv("URL", "redis://"+addr)
	for name, line := range map[string]string{
		"wrong":   "url = redis://:hunter2@" + addr,
		"none":    "url = redis://" + addr,
		"right":   "url = redis://:sesame@" + addr,
		"badurl":  "url = reddis://:hunter2@" + addr,
		"badmode": "mode = clster",
	} {
		text := "[default]\nbackend = redis\nttl = 5m\n\n[backend.redis]\n" + line + "\n"
		if err := os.WriteFile(env.Getenv("WORK")+"/"+name+".cfg", []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func runScripts(t *testing.T, dir string, setup func(*testscript.Env) error) {
	real := realBackends(t)
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			bin := env.Getenv("WORK") + "/bin"
			env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("HOME", env.Getenv("WORK")+"/home")
			env.Setenv("REAL_BACKENDS", real)
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv("LONG", strings.Repeat("x", 256))
			env.Setenv("EVIL", "a\x1b[2Jb\nc")
			err := errors.Join(os.MkdirAll(bin, 0o755), os.MkdirAll(env.Getenv("HOME"), 0o755))
			if err == nil && setup != nil {
				err = setup(env)
			}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"install": install,
			"exits":   exits,
			"lease":   lease,
			"redis":   redisCommand,
			"oneline": oneline,
		},
		RequireExplicitExec: true,
	})
}

var built struct {
	once sync.Once
	dir  string
	err  error
}

// realBackends builds the executables of the real backends, once, and returns
// their directory.
func realBackends(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "stormlock-backends"); built.err != nil {
			return
		}
		built.err = plugintest.Build(built.dir, "local", "redis")
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.dir
}

// install NAME...: puts backends on PATH, real or misbehaving ones.
func install(ts *testscript.TestScript, neg bool, names []string) {
	for _, name := range names {
		file := "stormlock-backend-" + name
		source := filepath.Join(ts.Getenv("REAL_BACKENDS"), file)
		if plugintest.Executables[name] != nil {
			self, err := os.Executable()
			ts.Check(err)
			source = self
		}
		ts.Check(os.Symlink(source, ts.MkAbs("bin/"+file)))
	}
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

// lease VARIABLE: keeps what the last command printed on stdout, a lease id
// and nothing else.
func lease(ts *testscript.TestScript, neg bool, args []string) {
	id, ok := strings.CutSuffix(ts.ReadFile("stdout"), "\n")
	if !ok || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
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

// redis stop|pause|resume|COMMAND...: does something to the script's server.
func redisCommand(ts *testscript.TestScript, neg bool, args []string) {
	server := ts.Value("redis").(*servers.RedisServer)
	switch args[0] {
	case "stop":
		server.Stop()
	case "pause":
		ts.Check(server.Pause())
	case "resume":
		ts.Check(server.Resume())
	default:
		_, port, _ := strings.Cut(server.Addr, ":")
		ts.Check(ts.Exec("redis-cli", append([]string{"-e", "-p", port}, args...)...))
	}
}
