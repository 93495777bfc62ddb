//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
)

// waitFor starts an acquire that waits for a lock that ben@ops holds for an hour.
// looks is how the backend is to answer the questions of that.
func waitFor(t *testing.T, looks string) *hosted {
	t.Helper()
	h := prepared(t, "scripted", "--wait", "1h")
	for name, text := range map[string]string{"script": "held", "looks": looks} {
		if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.start(t)
	return h
}

// checkNothingLeft: the one acquire was refused, nothing was released, and nothing is
// on record.
func checkNothingLeft(t *testing.T, h *hosted) {
	t.Helper()
	h.checkCalls(t, "acquire ID held")
	if notes := h.notes(t); len(notes) != 0 {
		t.Errorf("on record: %v", notes)
	}
}

const heldAndWaiting = `^stormlock: resource "r" is held by ben@ops, for (1h|59m59s) still; waiting for up to 1h\n`

// TestInterruptedWait: what asks stormlock to stop while it waits ends it, and leaves
// nothing.
func TestInterruptedWait(t *testing.T) {
	told := regexp.MustCompile(heldAndWaiting + `stormlock: interrupted; nothing is held\n$`)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			h := waitFor(t, "held held held held held held")
			await(t, "it waits", func() bool {
				return strings.HasSuffix(content(filepath.Join(h.dir, "calls")), " held\n") && len(h.notes(t)) == 0
			})
			h.signal(t, s)
			if code := h.exit(); code != exitUnavailable || !told.MatchString(h.stderr.String()) {
				t.Errorf("exit code %d, want %d; stderr %q", code, exitUnavailable, h.stderr.String())
			}
			checkNothingLeft(t, h)
		})
	}
}

// TestInterruptedQuestion is the same while the backend does not answer.
func TestInterruptedQuestion(t *testing.T) {
	h := waitFor(t, "hang")
	await(t, "the question", func() bool { return content(h.event) == "hang" })
	h.signal(t, syscall.SIGINT)
	if code := h.exit(); code != exitUnavailable || !strings.HasSuffix(h.stderr.String(), "\nstormlock: interrupted; nothing is held\n") {
		t.Errorf("exit code %d, want %d; stderr %q", code, exitUnavailable, h.stderr.String())
	}
	checkNothingLeft(t, h)
}

// TestInterruptGivesBackAfterWaiting: the lock was free, it was taken, the answer was
// lost, and Ctrl-C leaves nothing behind.
func TestInterruptGivesBackAfterWaiting(t *testing.T) {
	h := prepared(t, "scripted", "--wait", "1h")
	if err := os.WriteFile(filepath.Join(h.dir, "script"), []byte("brief hang ok"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.start(t)
	await(t, "the call", func() bool { return content(h.event) == "hang" })
	h.signal(t, syscall.SIGINT)
	if code := h.exit(); code != exitUnavailable || !strings.HasSuffix(h.stderr.String(), "was released again\n") {
		t.Errorf("exit code %d, want %d; stderr %q", code, exitUnavailable, h.stderr.String())
	}
	calls := regexp.MustCompile(`^acquire \w+ brief\nacquire (\w+) hang\nrelease (\w+) ok\n$`).FindStringSubmatch(content(filepath.Join(h.dir, "calls")))
	if calls == nil || calls[1] != calls[2] {
		t.Errorf("calls %q", content(filepath.Join(h.dir, "calls")))
	}
	if notes := h.notes(t); len(notes) != 0 {
		t.Errorf("on record: %v", notes)
	}
}

// waitOnScreen is an operator who waits at a terminal of so many columns for a lock
// that is held for an hour.
func waitOnScreen(t *testing.T, columns uint16) (*operator, *screen) {
	t.Helper()
	passOnNoNohup()
	o := newOperator(t, "scripted", "")
	for name, text := range map[string]string{"script": "held", "looks": strings.Repeat("held ", 1000)} {
		if err := os.WriteFile(filepath.Join(o.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := onScreen(t, o.command("acquire", "--wait", "30m", "r"))
	if err := pty.Setsize(s.f, &pty.Winsize{Cols: columns, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	return o, s
}

// TestLiveLine on a terminal: it changes each second, in its place; Ctrl-C takes it
// back and leaves nothing.
func TestLiveLine(t *testing.T) {
	o, s := waitOnScreen(t, 80)
	s.await(t, `still; waiting for up to 30m\r\n\rwaited 0s of 30m; the other lease ends in (1h|59m59s)\x1b\[K`)
	s.await(t, `\rwaited 2s of 30m; the other lease ends in 59m5[78]s\x1b\[K`)
	s.types(t, "\x03")
	if code := s.exit(t); code != exitUnavailable {
		t.Errorf("exit code %d, want %d", code, exitUnavailable)
	}
	s.await(t, `\x1b\[K(\^C)?\r\x1b\[Kstormlock: interrupted; nothing is held\r\n$`)
	if lines := strings.Count(s.text(), "\n"); lines != 2 {
		t.Errorf("%d lines: %q", lines, s.text())
	}
	if mine := o.ok(t, "mine"); mine != "" {
		t.Errorf("mine shows %q", mine)
	}
}

// TestNarrowTerminal: what wraps could not be taken back. The time waited comes first.
func TestNarrowTerminal(t *testing.T) {
	_, s := waitOnScreen(t, 20)
	s.await(t, `\rwaited 1s of 30m; …\x1b\[K`)
	s.types(t, "\x03")
	s.exit(t)
	for _, line := range regexp.MustCompile(`\r(waited [1-9][^\x1b]*)`).FindAllStringSubmatch(s.text(), -1) {
		if shown := line[1]; utf8.RuneCountInString(shown) > 19 {
			t.Errorf("a line is wider than the terminal: %q", shown)
		}
	}
}

// TestLiveLineMakesWay for a line of another kind, and is gone when the lock is
// there, so that only its id stands on the last line.
func TestLiveLineMakesWay(t *testing.T) {
	o := newOperator(t, "scripted", "")
	for name, text := range map[string]string{"script": "brief ok", "looks": "down ok"} {
		if err := os.WriteFile(filepath.Join(o.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := onScreen(t, o.command("acquire", "--wait", "forever", "r"))
	s.await(t, `waiting until it is free\r\n\rwaited 0s; the other lease ends in (1|0)s\x1b\[K`)
	s.await(t, `\x1b\[K\r\x1b\[Kstormlock: connection refused; still waiting\r\n\rwaited \d+s; the last question got no answer\x1b\[K|`+
		`\x1b\[K\r\x1b\[Kstormlock: connection refused; still waiting\r\n\rwaited \d+s; the other lease has ended\x1b\[K\rwaited \d+s; the last question got no answer\x1b\[K`)
	if code := s.exit(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	s.await(t, `\x1b\[K\r\x1b\[Kstormlock: waited \d+s for resource "r"\r\n[0-9a-f]{32}\r\n$`)
}

// TestSecondInterruptWhileWaiting: nothing was asked for that could have changed a
// lock, and that is said.
func TestSecondInterruptWhileWaiting(t *testing.T) {
	h := waitFor(t, "stuck")
	plugin := h.plugin(t)
	await(t, "the question", func() bool { return content(h.event) == "stuck" })
	h.signal(t, syscall.SIGINT)
	time.Sleep(secondInterrupt + 100*time.Millisecond)
	h.signal(t, syscall.SIGINT)
	if code := h.exit(); code != exitUnavailable || !strings.HasSuffix(h.stderr.String(), "\nstormlock: interrupted twice; nothing was changed\n") {
		t.Errorf("exit code %d, want %d; stderr %q", code, exitUnavailable, h.stderr.String())
	}
	await(t, "the plugin ends", func() bool { return gone(plugin) })
	checkNothingLeft(t, h)
}
