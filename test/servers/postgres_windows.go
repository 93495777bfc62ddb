package servers

import (
	"errors"
	"os/exec"
)

func asPostgres(*exec.Cmd) error { return nil }

func giveToPostgres(string) error { return nil }

// GiveToPostgres lets the server read a file of a test.
func (s *PostgresServer) GiveToPostgres(string) error { return nil }

// Pause fails: Windows has no signals.
func (s *PostgresServer) Pause() error { return errors.ErrUnsupported }

// Resume fails: Windows has no signals.
func (s *PostgresServer) Resume() error { return errors.ErrUnsupported }

func (s *PostgresServer) quit() { _ = s.cmd.Process.Kill() }
