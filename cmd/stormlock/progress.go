package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// A progress shows that a command waits: on a terminal by a line that changes each
// second, else by a line a minute. What is shown in the changing line is our own
// text alone, since that of others may be wider than it seems.
type progress struct {
	limit waitFlag
	begun boottime.Instant
	told  boottime.Instant // when the last line was written, or none was yet
	clock func() boottime.Instant

	mu   sync.Mutex
	held *heldByOther // as the last answer had it
	deaf bool         // the last question got no answer

	stop, stopped chan struct{}
}

// begin starts showing.
func (p *progress) begin() {
	p.begun = p.clock()
	p.told = p.begun
	p.stop, p.stopped = make(chan struct{}), make(chan struct{})
	tell := p.tellEachMinute
	if live.open() {
		tell = func() { live.show(p.line()) }
	}
	go p.repeat(tell)
}

// end takes the line back. Nothing is shown any more then.
func (p *progress) end() {
	close(p.stop)
	<-p.stopped
	live.close()
}

func (p *progress) repeat(tell func()) {
	defer close(p.stopped)
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		tell()
		select {
		case <-p.stop:
			return
		case <-second.C:
		}
	}
}

// heldBy notes who holds the lock, and reports whether that is another lease than
// before.
func (p *progress) heldBy(now *heldByOther) (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed = p.held == nil || now.lease.ID != p.held.lease.ID
	p.held, p.deaf = now, false
	return changed
}

// unheard notes that a question got no answer, and reports whether the one before
// did.
func (p *progress) unheard() (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first, p.deaf = !p.deaf, true
	return first
}

// holder is the other lease as it stands now, and whether that is to be relied on.
func (p *progress) holder() (l sdk.Lease, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l = p.held.lease
	l.TTL -= time.Duration(p.clock() - p.held.at)
	return l, !p.deaf
}

// waited is the time since the wait began, that of the machine's sleep included.
func (p *progress) waited() time.Duration { return time.Duration(p.clock() - p.begun) }

// line is what a terminal shows.
func (p *progress) line() string {
	text := "waited " + ttl.Format(p.waited())
	if !p.limit.endless {
		text += " of " + ttl.Format(p.limit.limit)
	}
	other, known := p.holder()
	switch {
	case !known:
		return text + "; the last question got no answer"
	case other.TTL <= 0:
		return text + "; the other lease has ended"
	}
	return text + "; the other lease ends in " + ttl.Format(other.TTL)
}

// tellEachMinute writes a line if the last was written a minute ago.
func (p *progress) tellEachMinute() {
	if time.Duration(p.clock()-p.told) < time.Minute {
		return
	}
	p.told = p.clock()
	other, known := p.holder()
	text := fmt.Sprintf("still waiting for resource %q after %s: ", other.Resource, ttl.Format(p.waited()))
	if known {
		note(text + fmt.Sprintf("held by %s, for %s still", other.Principal, ttl.Format(other.TTL)))
		return
	}
	note(text + "the last question got no answer")
}
