package pluginhost_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/owner/ownertest"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

func TestMain(m *testing.M) {
	plugintest.RunIfBackend()
	plugintest.HurryRaceDetector()
	os.Exit(m.Run())
}

// start starts a test backend and makes a first call, so that it is open.
func start(t *testing.T, name string) *pluginhost.Plugin {
	t.Helper()
	p, err := tryStart(t, t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(pluginhost.Grace) })
	if _, err := p.Backend().Setup(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return p
}

func tryStart(t *testing.T, ctx context.Context, name string) (*pluginhost.Plugin, error) {
	t.Helper()
	exe, err := pluginhost.Find(name, []string{plugintest.Install(t, name)})
	if err != nil {
		t.Fatal(err)
	}
	return pluginhost.Start(ctx, exe, pluginhost.Options{})
}

func wanted() sdk.Lease {
	return sdk.Lease{Resource: "r", ID: sdk.NewID(), Principal: "ana", TTL: time.Minute}
}

// report sets a variable that names a file, and returns a function that waits
// for the backend to write it.
func report(t *testing.T, variable string) (wait func(want string) string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report")
	t.Setenv(variable, path)
	return func(want string) string {
		t.Helper()
		deadline := time.Now().Add(30 * time.Second)
		for time.Now().Before(deadline) {
			text, err := os.ReadFile(path)
			if err == nil && (want == "" || string(text) == want) {
				return string(text)
			}
			time.Sleep(5 * time.Millisecond)
		}
		text, _ := os.ReadFile(path)
		t.Fatalf("%s is %q, want %q", variable, text, want)
		return ""
	}
}

func pid(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// bounded fails the test if do goes on for ever, or what looks like it: for many
// times what is expected.
func bounded(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("still running after a minute")
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestAcquireThroughAProcess(t *testing.T) {
	p := start(t, "good")
	want := wanted()
	got, err := p.Backend().Acquire(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != want.ID || got.Principal != want.Principal || got.TTL != want.TTL || got.Fence != 1 {
		t.Errorf("acquired %+v, want %+v", got, want)
	}
}

func TestStopLeavesNothing(t *testing.T) {
	process := report(t, plugintest.PIDFile)
	t.Setenv("TMPDIR", t.TempDir())
	p := start(t, "good")
	n := pid(t, process(""))
	p.Stop(pluginhost.Grace)
	if alive(n) {
		t.Error("the process is still there")
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left in TMPDIR: %v, %v", left, err)
	}
	p.Stop(pluginhost.Grace) // again, harmless
}

func TestSocketDirectoryIsPrivate(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	start(t, "good")
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	info, err := os.Stat(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("mode of %s is %o", found[0], got)
	}
}

func TestLongTemporaryDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	start(t, "good")
}

// TestNestedHost is stormlock under a program that is a go-plugin host itself
// and uses mutual TLS, as Terraform's providers are.
func TestNestedHost(t *testing.T) {
	t.Setenv("PLUGIN_CLIENT_CERT", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
	t.Setenv("PLUGIN_UNIX_SOCKET_DIR", "/nonexistent")
	t.Setenv("PLUGIN_PROTOCOL_VERSIONS", "5,6")
	start(t, "good")
}

func TestEnvironmentOfThePlugin(t *testing.T) {
	t.Setenv("PLUGIN_CLIENT_CERT", "another host's")
	t.Setenv("AWS_PROFILE", "ops")
	p := start(t, "environ")
	for prefix, want := range map[string]string{
		"AWS_PROFILE=":       "AWS_PROFILE=ops",
		"PLUGIN_CLIENT_CERT": "",
	} {
		lease := wanted()
		lease.Reason = prefix
		got, err := p.Backend().Acquire(t.Context(), lease)
		if err != nil {
			t.Fatal(err)
		}
		if got.Reason != want {
			t.Errorf("variables %s…: %q, want %q", prefix, got.Reason, want)
		}
	}
}

func TestPluginDoesNotGetStdin(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := w.WriteString("secret"); err != nil {
		t.Fatal(err)
	}
	stdin := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = stdin }()

	p := start(t, "reading")
	got, err := p.Backend().Acquire(t.Context(), wanted())
	if err != nil || got.Reason != "" {
		t.Errorf("the plugin read %q from stdin (%v)", got.Reason, err)
	}
}

// TestStrangeStderrLine is a line that makes go-plugin panic when its logger
// is anything but off.
func TestStrangeStderrLine(t *testing.T) {
	p := start(t, "strange")
	if _, err := p.Backend().Acquire(t.Context(), wanted()); err != nil {
		t.Fatal(err)
	}
}

func TestStdoutNoiseWhileOpening(t *testing.T) {
	p := start(t, "chatty")
	if _, err := p.Backend().Acquire(t.Context(), wanted()); err != nil {
		t.Fatal(err)
	}
}

func TestPanicIsAFaultOfOneCall(t *testing.T) {
	p := start(t, "panicking")
	_, err := p.Backend().Acquire(t.Context(), wanted())
	if err == nil || !strings.Contains(err.Error(), "out of cheese") || errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("acquire: %v; want an unknown outcome that quotes the panic", err)
	}
	if _, err := p.Backend().Current(t.Context(), "r"); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("the next call: %v", err)
	}
}

func TestDeathDuringACall(t *testing.T) {
	p := start(t, "dying")
	_, err := p.Backend().Acquire(t.Context(), wanted())
	if err == nil || errors.Is(err, sdk.ErrUnavailable) {
		t.Fatalf("acquire: %v; want an unknown outcome", err)
	}
	for _, part := range []string{"exit status 7", "the disk is on fire", "stormlock-backend-dying"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if _, err := p.Backend().Current(t.Context(), "r"); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("current writes nothing, but: %v", err)
	}
}

func TestAnswerForAnotherResource(t *testing.T) {
	p := start(t, "lying")
	if got, err := p.Backend().Acquire(t.Context(), wanted()); err == nil {
		t.Errorf("acquired %+v", got)
	}
}

func TestStartFailures(t *testing.T) {
	for name, want := range map[string]string{
		"noisy":  `printed "Welcome to the noisy backend!" on stdout`,
		"exits":  `exit status 3; it said: "libfoo.so is missing"`,
		"future": "speaks protocol version 99, this stormlock speaks 1",

		"mute":      `gave no handshake on stdout; is it a stormlock backend?; it said: "no words"`,
		"elsewhere": "the address that it gave is not its own",
		"vanishing": "does not serve",
	} {
		t.Run(name, func(t *testing.T) {
			bounded(t, func() {
				_, err := tryStart(t, t.Context(), name)
				checkStartError(t, err, want)
			})
		})
	}
}

func checkStartError(t *testing.T, err error, want string) {
	t.Helper()
	if _, ok := errors.AsType[*pluginhost.StartError](err); !ok {
		t.Fatalf("error is %v", err)
	}
	if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error is %q, want one line with %q", err, want)
	}
}

func TestUnusableTemporaryDirectory(t *testing.T) {
	t.Setenv("TMPDIR", "/nonexistent")
	exe, err := pluginhost.Find("good", []string{goodDir(t)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = pluginhost.Start(t.Context(), exe, pluginhost.Options{})
	checkStartError(t, err, "check TMPDIR")
}

// TestTemporaryDirectoryOfOthers: whoever can replace the socket's directory
// would be sent the configuration.
func TestTemporaryDirectoryOfOthers(t *testing.T) {
	exe := find(t, "good", goodDir(t))
	for name, arrange := range map[string]func(t *testing.T, dir string){
		"that all can write": func(t *testing.T, dir string) { chmod(t, dir, 0o777) },
		"of another user":    func(t *testing.T, dir string) { ownertest.GiveAway(t, dir) },
		"below one that all can write": func(t *testing.T, dir string) {
			chmod(t, filepath.Dir(dir), 0o777)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := shortDir(t)
			arrange(t, dir)
			t.Setenv("TMPDIR", dir)
			_, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{})
			checkStartError(t, err, "there is no safe place for its socket")
		})
	}
	sticky := shortDir(t)
	chmod(t, sticky, 0o777|os.ModeSticky)
	t.Setenv("TMPDIR", sticky)
	p, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p.Stop(pluginhost.Grace)
}

// shortDir makes a directory within another, both short enough for a socket.
func shortDir(t *testing.T) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(parent) })
	dir := filepath.Join(parent, "d")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// goodDir installs the good backend while TMPDIR is of no use.
func goodDir(t *testing.T) string {
	t.Helper()
	tmp := os.Getenv("TMPDIR")
	defer os.Setenv("TMPDIR", tmp)
	os.Unsetenv("TMPDIR")
	return plugintest.Install(t, "good")
}

func TestNotAProgram(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"garbage": {"\x7fELFgarbage", "not a program for this system"},
		"missing": {"#!/nonexistent/interpreter\n", "interpreter that it names, does not exist"},
	} {
		path := filepath.Join(dir, "stormlock-backend-"+name)
		if err := os.WriteFile(path, []byte(c.content), 0o755); err != nil {
			t.Fatal(err)
		}
		exe, err := pluginhost.Find(name, []string{dir})
		if err != nil {
			t.Fatal(err)
		}
		_, err = pluginhost.Start(t.Context(), exe, pluginhost.Options{})
		checkStartError(t, err, c.want)
	}
}

func TestHangAtStartEndsWithTheContext(t *testing.T) {
	process := report(t, plugintest.PIDFile)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	bounded(t, func() {
		_, err := tryStart(t, ctx, "hangs")
		checkStartError(t, err, "not ready before the time was up")
	})
	if alive(pid(t, process(""))) {
		t.Error("the plugin is still alive")
	}
}

// TestStartWithAnEndedContext: no process is made and nothing is left, though
// go-plugin is under way already.
func TestStartWithAnEndedContext(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	pidFile := filepath.Join(t.TempDir(), "pid")
	t.Setenv(plugintest.PIDFile, pidFile)
	for i := range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*20*time.Microsecond)
		if p, err := tryStart(t, ctx, "good"); err == nil {
			p.Stop(pluginhost.Grace)
		}
		cancel()
	}
	for range 1000 {
		if left, err := os.ReadDir(os.TempDir()); err == nil && len(left) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	left, err := os.ReadDir(os.TempDir())
	t.Errorf("left in TMPDIR: %v, %v", left, err)
}

// TestStopBeforeTheProcess: a start that comes after the stop makes none.
func TestStopBeforeTheProcess(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	t.Setenv(plugintest.PIDFile, pidFile)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := tryStart(t, ctx, "good")
	checkStartError(t, err, "interrupted")
	time.Sleep(300 * time.Millisecond)
	if content, err := os.ReadFile(pidFile); err == nil && alive(pid(t, string(content))) {
		t.Error("a process runs")
	}
}

func TestPluginWithoutShutdown(t *testing.T) {
	process := report(t, plugintest.PIDFile)
	p, err := tryStart(t, t.Context(), "stubborn")
	if err != nil {
		t.Fatal(err)
	}
	n := pid(t, process(""))
	bounded(t, func() { p.Stop(pluginhost.Grace) })
	if alive(n) {
		t.Error("the plugin is still alive")
	}
}

func TestPluginLacksTheService(t *testing.T) {
	p, err := tryStart(t, t.Context(), "stubborn")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop(pluginhost.Grace)
	_, err = p.Backend().Acquire(t.Context(), wanted())
	if !errors.Is(err, sdk.ErrUnavailable) || !strings.Contains(err.Error(), "lacks this operation") {
		t.Errorf("acquire: %v; want certainty that nothing was done", err)
	}
}

func TestStoppedPlugin(t *testing.T) {
	process := report(t, plugintest.PIDFile)
	p := start(t, "good")
	n := pid(t, process(""))
	if err := servers.Freeze(n); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := p.Backend().Acquire(ctx, wanted())
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("acquire: %v; want an unknown outcome", err)
	}
	bounded(t, func() { p.Stop(pluginhost.Grace) })
	if alive(n) {
		t.Error("the plugin is still alive")
	}
}

func TestGrandchildHoldsStderr(t *testing.T) {
	child := report(t, plugintest.EventFile)
	p := start(t, "parent")
	n := pid(t, child(""))
	t.Cleanup(func() { _ = syscall.Kill(n, syscall.SIGKILL) })
	bounded(t, func() { p.Stop(pluginhost.Grace) })
	if !pluginhost.Settled(p) {
		t.Error("go-plugin still waits for the pipes")
	}
}

func TestPluginIsTerminatedBeforeItIsKilled(t *testing.T) {
	event := report(t, plugintest.EventFile)
	p, err := tryStart(t, t.Context(), "polite")
	if err != nil {
		t.Fatal(err)
	}
	p.Stop(pluginhost.Grace)
	event("terminated")
}

// TestGoPluginDoesNotKillMeanwhile: it would after two seconds.
func TestGoPluginDoesNotKillMeanwhile(t *testing.T) {
	event := report(t, plugintest.EventFile)
	p, err := tryStart(t, t.Context(), "leaving")
	if err != nil {
		t.Fatal(err)
	}
	p.Stop(pluginhost.RollBackGrace)
	event("left")
}

// TestGoPluginPanics: Go's exit code for a panic means "held by another".
func TestGoPluginPanics(t *testing.T) {
	if err := pluginhost.WithoutGoPlugin(t.Context()); err == nil || !strings.Contains(err.Error(), "go-plugin panicked") {
		t.Errorf("error is %v, want that go-plugin panicked", err)
	}
}

// TestCertificateThatNobodyAskedFor makes go-plugin panic, if it gets there.
func TestCertificateThatNobodyAskedFor(t *testing.T) {
	process := report(t, plugintest.PIDFile)
	_, err := tryStart(t, t.Context(), "certified")
	checkStartError(t, err, "on stdout instead of a handshake")
	if alive(pid(t, process(""))) {
		t.Error("the plugin is still alive")
	}
}

func TestHangAtStart(t *testing.T) {
	pluginhost.SetStartTime(t, 3*time.Second) // in which it can name its process
	process := report(t, plugintest.PIDFile)
	_, err := tryStart(t, t.Context(), "hangs")
	checkStartError(t, err, "it was not ready within 3s")
	if alive(pid(t, process(""))) {
		t.Error("the plugin is still alive")
	}
}

// TestOwnCallsOfGoPluginAreNotExplained: its streams end in every stop, and
// must not wait to see the plugin dead.
func TestOwnCallsOfGoPluginAreNotExplained(t *testing.T) {
	p := start(t, "good")
	p.Stop(pluginhost.Grace)
	if pluginhost.ExplainsCall(p, "/plugin.GRPCController/Shutdown") {
		t.Error("a call of go-plugin is explained")
	}
	if !pluginhost.ExplainsCall(p, "/stormlock.backend.v1.Backend/Current") {
		t.Error("a call of the backend is not explained")
	}
}

func TestTailIsBounded(t *testing.T) {
	text := strings.Repeat("x", 5000) + "the end"
	if got := pluginhost.TailOf(text); len(got) != 4096 || !strings.HasSuffix(got, "the end") {
		t.Errorf("kept %d bytes that end in %q", len(got), got[max(0, len(got)-10):])
	}
}

func TestEnvironment(t *testing.T) {
	got := pluginhost.Environment(
		[]string{"HOME=/h", "PLUGIN_CLIENT_CERT=x", "PLUGINS=kept", "STORMLOCK_BACKEND_COOKIE=stale", "STORMLOCK_CONFIG=c"},
		[]string{"STORMLOCK_BACKEND_COOKIE=fresh", "PLUGIN_UNIX_SOCKET_DIR=/d"})
	want := []string{"HOME=/h", "PLUGINS=kept", "STORMLOCK_CONFIG=c", "STORMLOCK_BACKEND_COOKIE=fresh", "PLUGIN_UNIX_SOCKET_DIR=/d"}
	if !slices.Equal(got, want) {
		t.Errorf("environment is %q, want %q", got, want)
	}
}

// TestCutShortCallIsUndone is a Ctrl-C in the middle of an acquire: the
// backend gets the time to undo what it began.
func TestCutShortCallIsUndone(t *testing.T) {
	event := report(t, plugintest.EventFile)
	p := start(t, "slow")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		event("acquiring")
		cancel()
	}()
	_, err := p.Backend().Acquire(ctx, wanted())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("acquire: %v", err)
	}
	bounded(t, func() { p.Stop(pluginhost.RollBackGrace) })
	event("rolled back")
}

func find(t *testing.T, name, dir string) pluginhost.Candidate {
	t.Helper()
	exe, err := pluginhost.Find(name, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

func hash(t *testing.T, exe pluginhost.Candidate) string {
	t.Helper()
	sum, err := pluginhost.Hash(exe)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestPinnedExecutable(t *testing.T) {
	exe := find(t, "good", plugintest.Install(t, "good"))
	_, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{SHA256: strings.Repeat("0", 64)})
	if refused, ok := errors.AsType[*pluginhost.RefusedError](err); !ok || !strings.Contains(refused.Reason, "stormlock backend pin good") {
		t.Errorf("with a wrong pin: %v", err)
	}
	p, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{SHA256: strings.ToUpper(hash(t, exe))})
	if err != nil {
		t.Fatal(err)
	}
	p.Stop(pluginhost.Grace)
}

// script makes a backend that is a script, and says what it is told to.
func script(t *testing.T, dir, words string) string {
	t.Helper()
	path := filepath.Join(dir, "stormlock-backend-script")
	text := "#!/bin/sh\necho " + words + " >&2\nexit 3\n"
	if err := os.WriteFile(path+".new", []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPinnedFileIsWhatRuns: what is put in the place of a pinned executable
// after it was checked does not run. A script is read by another program, which
// opens it once more.
func TestPinnedFileIsWhatRuns(t *testing.T) {
	dir := t.TempDir()
	script(t, dir, "checked")
	exe := find(t, "script", dir)
	pluginhost.AfterTheCheck(t, func() { script(t, dir, "swapped") })
	_, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{SHA256: hash(t, exe)})
	checkStartError(t, err, `it said: "checked"`)
	_, err = pluginhost.Start(t.Context(), exe, pluginhost.Options{})
	checkStartError(t, err, `it said: "swapped"`) // not pinned: what lies there
}

// TestPinnedProgramRunsAfterASwap is the same for a program, up to its answers.
func TestPinnedProgramRunsAfterASwap(t *testing.T) {
	dir := plugintest.Install(t, "good")
	exe := find(t, "good", dir)
	pluginhost.AfterTheCheck(t, func() {
		script(t, dir, "swapped")
		if err := os.Rename(filepath.Join(dir, "stormlock-backend-script"), exe.Path); err != nil {
			t.Error(err)
		}
	})
	p, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{SHA256: hash(t, exe)})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop(pluginhost.Grace)
	if _, err := p.Backend().Acquire(t.Context(), wanted()); err != nil {
		t.Error(err)
	}
}

// TestCheckEndsWithTheContext: an executable may lie behind a network that does
// not answer.
func TestCheckEndsWithTheContext(t *testing.T) {
	exe := find(t, "good", plugintest.Install(t, "good"))
	sum := hash(t, exe)
	release := make(chan struct{})
	over := make(chan struct{})
	pluginhost.AfterTheCheck(t, func() { <-release; close(over) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	bounded(t, func() {
		_, err := pluginhost.Start(ctx, exe, pluginhost.Options{SHA256: sum})
		checkStartError(t, err, "it was not ready before the time was up")
	})
	close(release)
	<-over
}

// TestPinnedFileIsClosed: neither a start that works nor one that does not
// leaves the file open in the host.
func TestPinnedFileIsClosed(t *testing.T) {
	exe := find(t, "good", plugintest.Install(t, "good"))
	sum := hash(t, exe)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		if p, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{SHA256: sum}); err == nil {
			p.Stop(pluginhost.Grace)
		}
		_, _ = pluginhost.Start(ended, exe, pluginhost.Options{SHA256: sum})
		_, _ = pluginhost.Start(t.Context(), exe, pluginhost.Options{SHA256: strings.Repeat("0", 64)})
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	open, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range open {
		if target, err := os.Readlink(fd); err == nil && target == self {
			t.Errorf("%s is still open", fd)
		}
	}
}

// TestLoggedLinesAreEscaped: whatever log it is that a plugin's lines go to.
func TestLoggedLinesAreEscaped(t *testing.T) {
	exe, err := pluginhost.Find("evil-end", []string{plugintest.Install(t, "evil-end")})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	to := hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &log})
	if _, err := pluginhost.Start(t.Context(), exe, pluginhost.Options{Log: to}); err == nil {
		t.Fatal("it started")
	}
	if text := log.String(); !strings.Contains(text, "forged") {
		t.Errorf("nothing was logged: %q", text)
	}
	for line := range strings.Lines(log.String()) {
		if text := strings.TrimSuffix(line, "\n"); escape.Text(text) != text {
			t.Errorf("logged %q", text)
		}
	}
}
