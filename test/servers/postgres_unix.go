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
// open and nothing answers.
func (s *PostgresServer) Pause() error { return s.all(syscall.SIGSTOP) }

// Resume lets a paused server go on; it then serves what has piled up.
func (s *PostgresServer) Resume() error { return s.all(syscall.SIGCONT) }

// quit asks for an immediate shutdown.
func (s *PostgresServer) quit() {
	if s.alive() {
		_ = s.all(syscall.SIGCONT)
		_ = s.signal(syscall.SIGQUIT)
	}
}

// all sends a signal to the server and then to each of its processes. A stopped
// server starts no more of them.
func (s *PostgresServer) all(sig syscall.Signal) error {
	if err := s.signal(sig); err != nil {
		return err
	}
	table, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return fmt.Errorf("ps: %w", err)
	}
	for line := range strings.Lines(string(table)) {
		var pid, parent int
		if _, err := fmt.Sscan(line, &pid, &parent); err == nil && parent == s.Pid() {
			_ = syscall.Kill(pid, sig)
		}
	}
	return nil
}
