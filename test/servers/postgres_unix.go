//go:build unix

package servers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// PostgreSQL refuses to run as root. Where the tests do, as in a container, it
// runs as the user postgres that Debian's package makes.

// postgresIDs are the ids to run as, or none if we are not root.
func postgresIDs() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("postgres does not run as root, and %w; run the tests as another user", err)
	}
	uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(uidErr, gidErr)
}

// asPostgres has a command run as a user that PostgreSQL accepts.
func asPostgres(cmd *exec.Cmd) error {
	ids, err := postgresIDs()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: ids}
	return err
}

// giveToPostgres makes a directory that user's.
func giveToPostgres(dir string) error {
	ids, err := postgresIDs()
	if ids == nil || err != nil {
		return err
	}
	return os.Chown(dir, int(ids.Uid), int(ids.Gid))
}

// GiveToPostgres lets the server read a file of a test: a key has to be its own.
func (s *PostgresServer) GiveToPostgres(file string) error { return giveToPostgres(file) }

// Pause freezes the server with all of its processes: connections to it stay
// open and nothing answers. A frozen server starts no more of them.
func (s *PostgresServer) Pause() error {
	if err := s.process.Pause(); err != nil {
		return err
	}
	return s.each(Freeze)
}

// Resume lets a paused server go on; it then serves what has piled up.
func (s *PostgresServer) Resume() error {
	if err := s.process.Resume(); err != nil {
		return err
	}
	return s.each(func(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) })
}

// quit asks for an immediate shutdown.
func (s *PostgresServer) quit() {
	if s.alive() {
		_ = s.Resume()
		_ = s.signal(syscall.SIGQUIT)
	}
}

// each does something to each of the server's own processes that is still there.
func (s *PostgresServer) each(do func(pid int) error) error {
	table, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return fmt.Errorf("ps: %w", err)
	}
	for line := range strings.Lines(string(table)) {
		var pid, parent int
		if _, err := fmt.Sscan(line, &pid, &parent); err != nil || parent != s.Pid() {
			continue
		}
		if err := do(pid); err != nil && !gone(pid) {
			return err
		}
	}
	return nil
}

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
