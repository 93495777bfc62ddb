//go:build unix

package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// stopSignals end a command in order: what is under way is rolled back or
// reported, and the plugin is stopped.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// ignoreBrokenPipe makes a write to a closed stdout an error. Otherwise
// "stormlock acquire r | true" would be killed while holding the lock, and
// nobody would learn its lease id.
func ignoreBrokenPipe() { signal.Ignore(syscall.SIGPIPE) }

// readerGone reports whether a write failed because nobody reads any more.
func readerGone(err error) bool { return errors.Is(err, syscall.EPIPE) }
