//go:build unix

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/stormlock/stormlock/sdk/backendtest"
)

// A screen is a real pseudo-terminal with a process on it, whose controlling
// terminal it is.
type screen struct {
	cmd *exec.Cmd
	f   *os.File

	mu    sync.Mutex
	shown strings.Builder // all that was written, escape sequences included
	end   chan struct{}   // closed when nothing more can be
}

// onScreen starts a command on a terminal of 80 columns and 24 rows. It is killed
// at the end of the test.
func onScreen(t *testing.T, cmd *exec.Cmd) *screen {
	t.Helper()
	passOnNoNohup()
	blocking, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	f := closable(t, blocking)
	s := &screen{cmd: cmd, f: f, end: make(chan struct{})}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = f.Close()
		<-s.end
	})
	go s.read()
	return s
}

// closable makes a file of a blocking one that can be closed while it is read.
func closable(t *testing.T, blocking *os.File) *os.File {
	t.Helper()
	defer blocking.Close()
	fd, err := syscall.Dup(int(blocking.Fd()))
	if err == nil {
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), "terminal")
}

func (s *screen) read() {
	defer close(s.end)
	text := make([]byte, 4096)
	for {
		n, err := s.f.Read(text)
		s.mu.Lock()
		s.shown.Write(text[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// text is all that was shown so far.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

// await waits until something that matches a pattern was shown.
func (s *screen) await(t *testing.T, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for end := time.Now().Add(20 * time.Second); !re.MatchString(s.text()); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the screen never shows %q, but %q", pattern, s.text())
		}
	}
}

// types sends what a person types; "\x03" is Ctrl-C, "\x1a" Ctrl-Z.
func (s *screen) types(t *testing.T, keys string) {
	t.Helper()
	if _, err := s.f.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// exit waits for the end of the process and returns its exit code.
func (s *screen) exit(t *testing.T) int {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.cmd.Wait()
	}()
	backendtest.Eventually(t, 30*time.Second, "the process on the terminal ends", func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
	return s.cmd.ProcessState.ExitCode()
}
