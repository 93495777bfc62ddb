package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"time"
)

// secondInterrupt is when a further Ctrl-C counts as one. Until then it may be
// the same: a key that bounced, a shell that passes on what we got already.
const secondInterrupt = 500 * time.Millisecond

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
		for s := range arrived {
			cancel()
			if s == os.Interrupt {
				time.AfterFunc(secondInterrupt, func() { signal.Reset(os.Interrupt) })
			}
		}
	}()
	return ctx, cancel
}

// heeded leaves out what the caller has us ignore, as nohup does: to listen for
// a signal would end that.
func heeded(signals []os.Signal) []os.Signal {
	return slices.DeleteFunc(slices.Clone(signals), signal.Ignored)
}
