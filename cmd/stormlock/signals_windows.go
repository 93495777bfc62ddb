package main

import (
	"errors"
	"os"
	"syscall"
)

var stopSignals = []os.Signal{os.Interrupt}

func ignoreBrokenPipe() {}

// readerGone reports whether a write failed because nobody reads any more.
func readerGone(err error) bool {
	const noData = syscall.Errno(232) // "the pipe is being closed"
	return errors.Is(err, syscall.ERROR_BROKEN_PIPE) || errors.Is(err, noData)
}
