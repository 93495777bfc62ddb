// Package guarded runs a command that must not outlive the lease that it runs
// under, whatever becomes of this process.
//
// The command is a process group of its own, which is ended as a whole; what leaves
// the group (a daemon, a command that changes its user) is beyond it. stdin,
// stdout and stderr are the command's, and so is the terminal: it is given to the
// command at once if stdin and stdout are that terminal, else when the command asks
// for it, so that a pipeline's other commands can use it too. Ctrl-Z stops the
// command and this process, as a shell expects.
//
// Beside the command runs a guard: a process of ours in a session of its own that
// knows until when the command may run. It sees to that if this process is stopped
// or suspended, and kills the command if this process ends. On Linux the kernel
// kills the command as well then, in case the guard is gone too.
//
// On Windows a job object takes the place of the group and of the guard. It ends
// with this process; a process that is stopped there is not covered.
package guarded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"

	"github.com/stormlock/stormlock/sdk/boottime"
)

// A Command is what to run.
type Command struct {
	Path string   // of the executable, see [Look]
	Args []string // with the command's name first
	Env  []string
	// Warning is what the guard says on stderr, on one line, if it has to end the
	// command itself: what is locked, in words that are safe to show.
	Warning string
	// Signals are passed on to the command's process group until it is done. They
	// come from [Catch].
	Signals chan os.Signal
	// Until when it may run, see [Process.Limits].
	Terminate, Kill boottime.Instant
}

// Errors of [Look] and [Start]. The text of what wraps them names the command.
var (
	ErrNotFound      = errors.New("command not found")
	ErrNotExecutable = errors.New("command cannot be executed")
)

// Look finds a command as a shell does: by its path if the name holds a slash, else
// in the directories of PATH.
func Look(name string) (path string, err error) {
	path, err = exec.LookPath(name)
	switch {
	case err == nil, errors.Is(err, exec.ErrDot): // as PATH says
		return path, nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%q: %w; check its spelling and PATH", name, ErrNotFound)
	}
	return "", notExecutable(name, err)
}

// notExecutable is the error about a command that is there.
func notExecutable(name string, err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("the interpreter that its first line names does not exist")
	}
	return fmt.Errorf("%q: %w: %w", name, ErrNotExecutable, err)
}
