//go:build unix

package guarded

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/internal/itself"
)

// launch is the main function of a launcher: a process that becomes the command
// once its guard knows it and the terminal is set up. Its arguments are two
// descriptors, then the path and the arguments of the command. From the first it
// reads a byte when all is ready; the second gets the errno if the command cannot
// be executed, and is closed if it runs.
func launch() int {
	ready, fail := inherited(os.Args[1]), inherited(os.Args[2])
	if n, err := ready.Read(make([]byte, 1)); n != 1 || err != nil {
		return 1 // nobody is there any more
	}
	err := syscall.Exec(os.Args[3], os.Args[4:], os.Environ())
	number, _ := errors.AsType[syscall.Errno](err)
	fmt.Fprint(fail, int(number))
	return 1
}

// inherited is a descriptor that we were given, and the command is not to have.
func inherited(number string) *os.File {
	fd, _ := strconv.Atoi(number)
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "inherited")
}

// A launcher is a process that is about to become the command.
type launcher struct {
	cmd    *exec.Cmd
	ready  *os.File    // where to write the byte
	fail   *os.File    // where to read the errno
	theirs [2]*os.File // the other ends
}

// newLauncher prepares a launcher. Its descriptors keep their numbers, so that they
// are in the way of none that the command is to inherit.
func newLauncher(c Command) (*launcher, error) {
	goR, goW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	failR, failW, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, goR.Close(), goW.Close())
	}
	args := []string{strconv.Itoa(int(goR.Fd())), strconv.Itoa(int(failW.Fd())), c.Path}
	cmd, err := itself.Command(launchName, append(args, c.Args...)...)
	l := &launcher{cmd: cmd, ready: goW, fail: failR, theirs: [2]*os.File{goR, failW}}
	if err != nil {
		l.close()
		return nil, err
	}
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Env, os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = commandAttr()
	return l, nil
}

// start starts the launcher and returns its process id, which is that of the
// command and of its process group. No other process may be started meanwhile: it
// would inherit the descriptors.
func (l *launcher) start() (pid int, err error) {
	for _, f := range l.theirs {
		if _, err := unix.FcntlInt(f.Fd(), unix.F_SETFD, 0); err != nil {
			l.close()
			return 0, err
		}
	}
	if err := l.cmd.Start(); err != nil {
		l.close()
		return 0, err
	}
	_, _ = l.theirs[0].Close(), l.theirs[1].Close()
	return l.cmd.Process.Pid, nil
}

// run lets the launcher become the command. The error says why it cannot.
func (l *launcher) run() error {
	defer l.close()
	if _, err := l.ready.Write([]byte{1}); err != nil {
		return err
	}
	text, err := io.ReadAll(l.fail)
	if err != nil || len(text) == 0 {
		return err
	}
	number, err := strconv.Atoi(string(text))
	if err != nil {
		return err
	}
	return syscall.Errno(number)
}

// close closes what is still open.
func (l *launcher) close() {
	for _, f := range []*os.File{l.ready, l.fail, l.theirs[0], l.theirs[1]} {
		_ = f.Close()
	}
}
