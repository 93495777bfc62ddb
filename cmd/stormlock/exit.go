package main

import (
	"errors"
	"sync/atomic"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
)

// Exit codes, the same for every command.
const (
	exitDone        = 0
	exitNone        = 1  // no lease, or not held
	exitHeld        = 2  // held by another
	exitLost        = 3  // lease expired or lost
	exitUsage       = 64 // the command line is wrong
	exitUnavailable = 69 // backend unavailable, certainly nothing written
	exitInternal    = 70
	exitUnknown     = 75 // outcome unknown; the lease id is on stderr
	exitRefused     = 77 // permission, trust, foreign data
	exitConfig      = 78
)

// Exit codes of exec, whose others are those of the command that it ran.
const (
	exitNotAcquired   = 123 // unless -E says otherwise
	exitLeaseLost     = 124
	exitOwnFailure    = 125 // whatever it is by the codes above
	exitNotExecutable = 126
	exitNotFound      = 127
)

// An exitError is an error whose exit code the command has decided.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

func usage(text string) error { return &exitError{exitUsage, text} }

// A commandEnd is how a command ended that exec was to run, with the exit code that
// says so.
type commandEnd struct {
	code int
	text string // may be empty
}

func (e *commandEnd) Error() string { return e.text }

// ownFailure is true in exec: what another command would say by its exit code must
// not be taken for that of the command that was run.
var ownFailure atomic.Bool

// finalCode is the exit code of the process.
func finalCode(err error) int {
	if end, ok := errors.AsType[*commandEnd](err); ok {
		return end.code
	}
	if ownFailure.Load() {
		return exitOwnFailure
	}
	return exitCode(err)
}

// exitCode is the one table from errors to exit codes. What is not in it
// should not happen.
func exitCode(err error) int {
	if decided, ok := errors.AsType[*exitError](err); ok {
		return decided.code
	}
	if _, ok := errors.AsType[*pluginhost.NotFoundError](err); ok {
		return exitConfig
	}
	if _, ok := errors.AsType[*pluginhost.RefusedError](err); ok {
		return exitRefused
	}
	if _, ok := errors.AsType[*pluginhost.StartError](err); ok {
		return exitUnavailable
	}
	for _, row := range []struct {
		err  error
		code int
	}{
		{sdk.ErrHeld, exitHeld},
		{sdk.ErrNotHeld, exitNone},
		{sdk.ErrConfig, exitConfig},
		{sdk.ErrRefused, exitRefused},
		{sdk.ErrInvalid, exitUsage},
		{sdk.ErrUnavailable, exitUnavailable},
	} {
		if errors.Is(err, row.err) {
			return row.code
		}
	}
	return exitInternal
}

// certain reports whether an error leaves no doubt about the lock.
func certain(err error) bool { return exitCode(err) != exitInternal }
