package check

import (
	"fmt"
	"strings"
	"time"
)

// A Kind is a command of stormlock.
type Kind string

// The commands that can be part of a history.
const (
	Acquire Kind = "acquire"
	Renew   Kind = "renew"
	Release Kind = "release"
	Current Kind = "current"
	IsHeld  Kind = "is-held"
)

// An Outcome is what a command told its caller.
type Outcome string

// The outcomes, with the commands that can have them.
const (
	Acquired Outcome = "acquired" // acquire
	Held     Outcome = "held"     // acquire: another holds it; current, is-held: it is held
	Renewed  Outcome = "renewed"  // renew
	Released Outcome = "released" // release
	Inactive Outcome = "inactive" // release: not active (any more)
	Lost     Outcome = "lost"     // acquire, renew: exit 3
	None     Outcome = "none"     // current, is-held: exit 1
	Failed   Outcome = "failed"   // certainly nothing written
	Unknown  Outcome = "unknown"  // exit 75, or killed without an answer
)

// An Op is one run of stormlock.
//
// A lease goes by its tag: each has one of its own, which a repeat of its
// acquire shares, and which the other commands name by typing its id.
type Op struct {
	Client   int
	Kind     Kind
	Resource string
	Tag      string        // the lease that is asked for or whose id was typed; empty for current
	TTL      time.Duration // asked for, by acquire and renew

	Call, Return time.Duration // since the start of the history, by a clock that nothing moves
	Told         time.Duration // when an acquire printed its lease id; 0 if that was not noticed

	Outcome Outcome
	Seen    string        // the tag of the lease that Held is about; empty if it was not told
	Fence   uint64        // by current
	Created time.Time     // by current
	Left    time.Duration // by current
	Retried bool          // renew or release said that an earlier attempt of its own may have done it, or may yet
}

// A History is what the clients of one run were told.
type History struct {
	Start time.Time // by the wall clock
	Ops   []Op
}

// String is one line.
func (o Op) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%9.3fs to %9.3fs  client %d: %s %s", o.Call.Seconds(), o.Return.Seconds(), o.Client, o.Kind, o.Resource)
	if o.Tag != "" {
		fmt.Fprintf(&b, " (%s)", o.Tag)
	}
	if o.TTL != 0 {
		fmt.Fprintf(&b, " for %s", o.TTL)
	}
	fmt.Fprintf(&b, ": %s", o.Outcome)
	o.details(&b)
	return b.String()
}

func (o Op) details(b *strings.Builder) {
	if o.Told != 0 {
		fmt.Fprintf(b, " at %.3fs", o.Told.Seconds())
	}
	if o.Seen != "" {
		fmt.Fprintf(b, ", saw %s", o.Seen)
	}
	if o.Fence != 0 {
		fmt.Fprintf(b, ", fence %d", o.Fence)
	}
	if o.Left != 0 {
		fmt.Fprintf(b, ", %s left", o.Left)
	}
	if !o.Created.IsZero() {
		fmt.Fprintf(b, ", created %s", o.Created.Format(time.RFC3339Nano))
	}
	if o.Retried {
		b.WriteString(", perhaps by an earlier attempt")
	}
}

// sees returns the lease that the op was told of as the current one.
func (o *Op) sees() string {
	switch {
	case o.Outcome != Held:
		return ""
	case o.Kind == IsHeld:
		return o.Tag
	}
	return o.Seen
}

// proves returns the lease that was granted before the op ended, if it shows
// that one was.
func (o *Op) proves() string {
	switch o.Outcome {
	case Acquired, Renewed:
		return o.Tag
	case Released:
		if !o.Retried {
			return o.Tag
		}
	}
	return o.sees()
}

// untold reports whether the op saw a lease without being told which.
func (o *Op) untold() bool {
	return o.Outcome == Held && o.sees() == ""
}

// took is how long the op lasted.
func (o *Op) took() time.Duration { return o.Return - o.Call }

// refused reports whether an acquire was told that it got nothing.
func (o *Op) refused() bool {
	return o.Kind == Acquire && (o.Outcome == Held || o.Outcome == Failed)
}
