package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"time"
)

// secondInterrupt is when a further Ctrl-C counts as one. Until then it may be
// the same: a key that bounced, a shell that passes on what we got already.
const secondInterrupt = 500 * time.Millisecond

// outcome is what to tell if the process has to end at once: nil while nothing
// has been asked for that could change a lock.
var outcome atomic.Pointer[exitError]

// passedOn is true while signals are not for us, but for the command that exec runs.
var passedOn atomic.Bool

// settle makes an error, or nil for success, the outcome.
func settle(err error) {
	if err == nil {
		outcome.Store(&exitError{code: exitDone})
		return
	}
	outcome.Store(&exitError{finalCode(err), err.Error()})
}

// unsettle says that what was asked for was answered, and changed nothing.
func unsettle() { outcome.Store(nil) }

// interruptible returns a context that ends with the first signal that asks us
// to stop. What is under way is then rolled back or reported. A second Ctrl-C
// ends the process at once, and the plugin ends by itself; a second hangup or
// SIGTERM, of which one often comes twice, changes nothing.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := heeded(stopSignals)
	if len(signals) == 0 { // to Notify, none would mean all
		return ctx, cancel
	}
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, signals...)
	go func() {
		var first time.Time
		for s := range arrived {
			if passedOn.Load() {
				continue
			}
			cancel()
			switch {
			case s != os.Interrupt:
			case first.IsZero():
				first = time.Now()
			case time.Since(first) > secondInterrupt:
				os.Exit(giveUp(outcome.Load()))
			}
		}
	}()
	return ctx, cancel
}

// giveUp tells what is known at once and returns the exit code.
func giveUp(known *exitError) int {
	if known == nil {
		text := "interrupted twice; nothing was changed"
		known = &exitError{finalCode(&exitError{exitUnavailable, text}), text}
	}
	tell(known)
	return known.code
}

// heeded leaves out what the caller has us ignore, as nohup does: to listen for
// a signal would end that.
func heeded(signals []os.Signal) []os.Signal {
	return slices.DeleteFunc(slices.Clone(signals), signal.Ignored)
}
