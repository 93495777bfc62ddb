//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// What a terminal is told at the beginning and at the end of a watch.
const (
	screenTaken = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	screenBack  = "\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// watching starts "stormlock list --watch" on a terminal.
func watching(t *testing.T, o *operator, args ...string) *screen {
	t.Helper()
	return onScreen(t, o.command(append([]string{"--timeout", "20s", "list", "--watch"}, args...)...))
}

// frame is what the screen shows now: the lines of what was written last.
func (s *screen) frame() []string {
	all := strings.Split(s.text(), "\x1b[H")
	last, _, _ := strings.Cut(all[len(all)-1], screenBack)
	last = strings.NewReplacer("\x1b[2K", "", "\x1b[J", "", "\r", "").Replace(last)
	return strings.Split(strings.TrimSuffix(last, "\n"), "\n")
}

// shows waits until the frame has a line that begins with each of some texts, the
// last in its last line.
func (s *screen) shows(t *testing.T, texts ...string) []string {
	t.Helper()
	var frame []string
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		frame = s.frame()
		if showing(frame, texts) {
			return frame
		}
	}
	t.Fatalf("the screen never shows %q, but %q", texts, frame)
	return nil
}

func showing(frame, texts []string) bool {
	last := len(texts) - 1
	for _, text := range texts[:last] {
		if !slices.ContainsFunc(frame, func(line string) bool { return strings.HasPrefix(line, text) }) {
			return false
		}
	}
	return strings.HasPrefix(frame[len(frame)-1], texts[last])
}

// ends waits for the end of a watch, which is a good one and leaves the terminal as
// it was.
func (s *screen) ends(t *testing.T) {
	t.Helper()
	code := s.exit(t)
	<-s.end
	text := s.text()
	if code != exitDone || strings.Count(text, screenTaken) != 1 || strings.Count(text, screenBack) != 1 {
		t.Errorf("exit code %d; the terminal was told %q", code, text)
	}
	if _, rest, _ := strings.Cut(text, screenBack); rest != "" {
		t.Errorf("behind the screen there is %q", rest)
	}
}

// TestWatch: leases come and go, and Ctrl-C is how it ends.
func TestWatch(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "scripted", "")
	s := watching(t, o)
	s.shows(t, "scripted at ")
	id := o.ok(t, "acquire", "-m", "an upgrade", "prod-db")
	frame := s.shows(t, "resource  principal  age  left", "prod-db   ana@ops", "scripted at ")
	if last := frame[len(frame)-1]; len(frame) != 24 || !strings.HasSuffix(last, ": 1 held") || !strings.Contains(frame[1], "an upgrade") {
		t.Errorf("the screen shows %q", frame)
	}
	o.ok(t, "release", "prod-db", id)
	backendtest.Eventually(t, 20*time.Second, "the lease goes", func() bool { return s.frame()[0] == "" })
	s.types(t, "\x03")
	s.ends(t)
}

// TestWatchEndsOnSignals, and gives the screen back.
func TestWatchEndsOnSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			s := watching(t, newOperator(t, "many", ""), "--prefix", "3")
			s.shows(t, "3/000002", "many at ")
			if err := s.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			s.ends(t)
		})
	}
}

// TestWatchFitsTheTerminal, also when that changes.
func TestWatchFitsTheTerminal(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "many", "")
	s := watching(t, o, "--prefix", "50")
	checkFrame(t, s.shows(t, "50/000000", "50/000020", "… and 29 more", "many at "), 24, 80)
	for _, size := range []struct{ rows, columns, shown int }{{10, 40, 7}, {6, 25, 3}, {60, 120, 50}, {3, 80, 0}, {2, 80, 0}, {1, 40, 0}} {
		if err := pty.Setsize(s.f, &pty.Winsize{Rows: uint16(size.rows), Cols: uint16(size.columns)}); err != nil {
			t.Fatal(err)
		}
		backendtest.Eventually(t, 20*time.Second, "the screen follows", func() bool { return len(s.frame()) == size.rows })
		frame := s.frame()
		checkFrame(t, frame, size.rows, size.columns)
		if got := strings.Count(strings.Join(frame, "\n"), "50/"); got != size.shown {
			t.Errorf("%d leases in %d rows, want %d: %q", got, size.rows, size.shown, frame)
		}
	}
	s.types(t, "\x03")
	s.ends(t)
}

func checkFrame(t *testing.T, frame []string, rows, columns int) {
	t.Helper()
	if len(frame) != rows {
		t.Errorf("%d lines for %d rows: %q", len(frame), rows, frame)
	}
	for _, line := range frame {
		if utf8.RuneCountInString(line) > columns {
			t.Errorf("%q is longer than %d columns", line, columns)
		}
	}
}

// TestWatchSurvivesFaults: what was seen stays, with when that was and what is wrong.
func TestWatchSurvivesFaults(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "scripted", "")
	o.ok(t, "acquire", "prod-db")
	o.plan(t, "ok down die ok")
	s := watching(t, o)
	s.shows(t, "prod-db", "as of ")
	s.await(t, `as of \d\d:\d\d:\d\d; not refreshed: connection refused`)
	s.await(t, `as of \d\d:\d\d:\d\d; not refreshed: [^\x1b]*/(?s:.*)exit(?s:.*)7`) // its path takes more than a line
	s.shows(t, "prod-db", "scripted at ")
	s.types(t, "\x03")
	s.ends(t)
}

// plan sets the script of the backend "scripted".
func (o *operator) plan(t *testing.T, script string) {
	t.Helper()
	for name, text := range map[string]string{"script": script, "calls": ""} {
		if err := os.WriteFile(filepath.Join(o.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWatchOfAHangingStore ends as any other.
func TestWatchOfAHangingStore(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "scripted", "")
	event := filepath.Join(o.home, "event")
	o.env = append(o.env, plugintest.EventFile+"="+event)
	o.plan(t, "ok hang")
	s := watching(t, o)
	backendtest.Eventually(t, 20*time.Second, "the second list hangs", func() bool { return content(event) == "hang" })
	s.types(t, "\x03")
	s.ends(t)
}

// TestWatchNeedsItsFirstList: an error that ends it is on the terminal to be read.
func TestWatchNeedsItsFirstList(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "scripted", "")
	o.plan(t, "down")
	s := watching(t, o)
	if code := s.exit(t); code != exitUnavailable {
		t.Errorf("exit code %d", code)
	}
	<-s.end
	if want := "stormlock: connection refused\r\n"; s.text() != want {
		t.Errorf("the terminal shows %q, want %q", s.text(), want)
	}
}

// TestWatchNeedsAScreen.
func TestWatchNeedsAScreen(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "many", "")
	o.env = append(o.env, "TERM=dumb")
	s := watching(t, o)
	if code := s.exit(t); code != exitUsage {
		t.Errorf("exit code %d: %q", code, s.text())
	}
}

// TestListFitsTheTerminal: on one, no line of a list is longer; elsewhere nothing is
// cut.
func TestListFitsTheTerminal(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "many", "")
	s := onScreen(t, o.command("--timeout", "20s", "list", "--prefix", "3-large"))
	if code := s.exit(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	<-s.end
	lines := strings.Split(strings.TrimSuffix(s.text(), "\r\n"), "\r\n")
	checkFrame(t, lines, 4, 80)
	if utf8.RuneCountInString(lines[3]) != 80 || !strings.HasSuffix(lines[3], "xxx…") {
		t.Errorf("the list is %q", lines)
	}
	if out := o.ok(t, "list", "--prefix", "3-large"); strings.Count(out, strings.Repeat("x", 1024)) != 3 {
		t.Error("a list that is no terminal's is cut")
	}
}

// TestWatchOfForeignText: a terminal acts on none of it.
func TestWatchOfForeignText(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "evil", "[backend.evil]\nmore = a\n")
	s := watching(t, o)
	for _, line := range s.shows(t, "r  ", "evil at ") {
		checkShown(t, line)
	}
	s.types(t, "\x03")
	if code := s.exit(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}

// TestPanicGivesTheScreenBack, too.
func TestPanicGivesTheScreenBack(t *testing.T) {
	master, slave := ownTerminal(t)
	s := surveyOf(func(n int) {
		if n > 1 {
			panic("out of cheese")
		}
	})
	func() {
		defer func() {
			if p := recover(); p != "out of cheese" {
				t.Errorf("the panic is %v", p)
			}
		}()
		_ = s.watch(t.Context())
	}()
	_ = slave.Close()
	text, _ := io.ReadAll(master) // until nobody has the terminal open
	if got := string(text); !strings.HasPrefix(got, screenTaken) || !strings.HasSuffix(got, screenBack) {
		t.Errorf("the terminal was told %q", got)
	}
}

// TestScreenIsGivenBackAtOnce: a signal does not wait for what is under way.
func TestScreenIsGivenBackAtOnce(t *testing.T) {
	master, slave := ownTerminal(t)
	hanging, release := make(chan bool), make(chan bool)
	s := surveyOf(func(n int) {
		if n == 2 {
			close(hanging)
			<-release
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.watch(ctx) }()
	<-hanging
	cancel()
	select {
	case <-toldTo(master, screenBack):
	case <-time.After(20 * time.Second):
		t.Error("the screen is not given back")
	}
	close(release)
	if err := <-ended; err != nil {
		t.Errorf("the watch ends in %v", err)
	}
	_ = slave.Close()
}

// toldTo is closed once a terminal was told a text.
func toldTo(master *os.File, text string) <-chan bool {
	done := make(chan bool)
	go func() {
		all := bufio.NewScanner(master)
		all.Split(bufio.ScanRunes)
		for got := ""; !strings.HasSuffix(got, text) && all.Scan(); {
			got += all.Text()
		}
		close(done)
	}()
	return done
}

// ownTerminal makes a terminal the stdout of this process.
func ownTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TERM", "xterm")
	stdout, pause := os.Stdout, watchPause
	os.Stdout, watchPause = slave, time.Millisecond
	t.Cleanup(func() {
		os.Stdout, watchPause = stdout, pause
		_, _ = master.Close(), slave.Close()
	})
	return master, slave
}

// surveyOf is a survey of a backend whose n-th list, of nothing, does something.
func surveyOf(do func(n int)) *survey {
	n := 0
	backend := &lister{list: func(func(sdk.Lease, error) bool) {
		n++
		do(n)
	}}
	stop := func(time.Duration) bool { return true }
	return &survey{g: &globals{timeout: ttlFlag{time.Minute}}, file: &config.File{}, backend: "b", link: &link{backend: backend, stop: stop}}
}

// A lister is a backend that can do no more than list.
type lister struct {
	peer
	list iter.Seq2[sdk.Lease, error]
}

func (l *lister) List(context.Context, string) iter.Seq2[sdk.Lease, error] { return l.list }

// TestSnapshotIsBounded: it keeps the first by name, and counts all.
func TestSnapshotIsBounded(t *testing.T) {
	s := &snapshot{}
	const all = 10 * pageSize
	watch := &stopwatch{asked: boottime.Now()}
	for i := range all {
		lease := sdk.Lease{Resource: fmt.Sprintf("%06d", (i*7919)%all), TTL: time.Hour}
		_ = s.add(listed{lease, watch})
		if len(s.leases) > 2*pageSize {
			t.Fatalf("%d leases are kept", len(s.leases))
		}
	}
	s.sort()
	if len(s.leases) != pageSize || s.total != all {
		t.Errorf("%d of %d leases are kept", len(s.leases), s.total)
	}
	for i, lease := range s.leases {
		if want := fmt.Sprintf("%06d", i); lease.Resource != want {
			t.Fatalf("lease %d is %s", i, lease.Resource)
		}
	}
}

// TestHush: warnings of a watch are told once it is over.
func TestHush(t *testing.T) {
	stderr := stderrTo(t)
	g := &globals{}
	g.warn("before")
	tell := g.hush()
	g.warn("before")
	g.warn("meanwhile")
	if got := content(stderr); got != "stormlock: warning: before\n" {
		t.Errorf("told %q", got)
	}
	tell()
	if got := content(stderr); got != "stormlock: warning: before\nstormlock: warning: meanwhile\n" {
		t.Errorf("told %q", got)
	}
}
