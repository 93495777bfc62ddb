//go:build unix

package guarded

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// A console is the terminal that controls this process. Whose process group is in
// the foreground there reads what is typed and gets Ctrl-C and Ctrl-Z.
type console struct{ fd int }

// openConsole returns the controlling terminal, or nil if there is none.
func openConsole() *console {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	return &console{fd}
}

func (c *console) close() {
	if c != nil {
		_ = unix.Close(c.fd)
	}
}

// foreground is the process group in the foreground, 0 if nobody can tell.
func (c *console) foreground() int {
	if c == nil {
		return 0
	}
	group, err := unix.IoctlGetInt(c.fd, unix.TIOCGPGRP)
	if err != nil {
		return 0
	}
	return group
}

// ours reports whether it is our process group.
func (c *console) ours() bool { return c != nil && c.foreground() == unix.Getpgrp() }

// give puts a process group into the foreground. The kernel would stop us for that
// unless it is ours so far, or we do not mind the signal.
func (c *console) give(group int) {
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	_ = unix.IoctlSetPointerInt(c.fd, unix.TIOCSPGRP, group)
}

// onTerminal reports whether both ends of the command are a terminal. In a
// pipeline, another command may be the one that is typed to.
func onTerminal() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
}
