package servers

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// frozen tells whether each thread of a process is stopped or has ended.
func frozen(pid int) (bool, error) {
	tasks := fmt.Sprintf("/proc/%d/task", pid)
	threads, err := os.ReadDir(tasks)
	if err != nil {
		return false, err
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(filepath.Join(tasks, thread.Name(), "stat"))
		switch {
		case errors.Is(err, fs.ErrNotExist): // it ended in between
		case err != nil:
			return false, err
		case !strings.ContainsAny(threadState(string(stat)), "TtZX"):
			return false, nil
		}
	}
	return true, nil
}

// threadState is the field after the name, which is in parentheses and may
// itself have parentheses and spaces (proc_pid_stat(5)).
func threadState(stat string) string {
	return strings.TrimSpace(stat[strings.LastIndex(stat, ")")+1:])[:1]
}
