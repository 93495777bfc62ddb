//go:build unix

package guarded

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
)

// An order is what the guard is told, one JSON object a line. Each replaces the
// one before. The end of its input means that stormlock is gone.
type order struct {
	Group     int              `json:"group"`     // process group to end; 0 for none yet
	Terminate boottime.Instant `json:"terminate"` // when to ask it to end; 0 if that was done
	Kill      boottime.Instant `json:"kill"`      // when to kill it; 0 for never
	Warning   string           `json:"warning"`   // begins what is said about it
	Dismissed bool             `json:"dismissed"` // the command has ended
}

// guardTick is how often the guard looks at the clock, at least: timers stand still
// while the machine sleeps.
const guardTick = time.Second

// guard is the main function of the guard.
func guard(in io.Reader) int {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGPIPE)
	orders := make(chan order)
	go readOrders(in, orders)
	var w watch
	for {
		select {
		case o, ok := <-orders:
			switch {
			case !ok:
				w.abandoned()
				return 0
			case o.Dismissed:
				return 0
			}
			w.order = o
		case <-time.After(w.pause()):
			w.act(boottime.Now())
		}
	}
}

func readOrders(in io.Reader, orders chan<- order) {
	defer close(orders)
	for from := json.NewDecoder(in); ; {
		var o order
		if from.Decode(&o) != nil {
			return
		}
		orders <- o
	}
}

// A watch is what the guard knows and has done.
type watch struct {
	order
	killed bool
}

// pause is the time until there is something to do.
func (w *watch) pause() time.Duration {
	left := guardTick
	for _, at := range []boottime.Instant{w.Terminate, w.Kill} {
		if at != 0 {
			left = min(left, -boottime.Since(at))
		}
	}
	return max(left, 10*time.Millisecond)
}

// act does what is due. A group is killed again and again: it may still be making
// processes.
func (w *watch) act(now boottime.Instant) {
	switch {
	case w.Group == 0:
	case w.Kill != 0 && now >= w.Kill:
		killGroup(w.Group)
		if !w.killed {
			say(w.Warning + " is killed, for the lease is about to end")
		}
		w.killed = true
	case w.Terminate != 0 && now >= w.Terminate:
		terminateGroup(w.Group)
		say(w.Warning + " is asked to end, for the lease was not renewed in time")
		w.Terminate = 0
	}
}

// abandoned ends a command whose stormlock is gone.
func (w *watch) abandoned() {
	if w.Group != 0 {
		killGroup(w.Group)
		fmt.Fprintln(os.Stderr, "stormlock: "+w.Warning+" is killed, for stormlock itself has ended; the lock stays until its lease is over")
	}
}

// say does not wait for whoever should read it.
func say(text string) { go fmt.Fprintln(os.Stderr, "stormlock: "+text) }
