package sdk

import (
	"fmt"
	"time"
)

// A Finding is one thing that Check looked at.
type Finding struct {
	About   string // what was looked at, in a word or two, such as "eviction"
	Level   Level
	Message string // one line: what was found and, unless it is well, what to do; no secret
}

// A Level is how serious a finding is. The zero value is none.
type Level int

// Levels, in order.
const (
	LevelOK      Level = iota + 1
	LevelWarning       // a lock can be lost, or something looks wrong
	LevelError         // locks cannot be taken or relied on
)

// String returns "ok", "warning" or "error".
func (l Level) String() string {
	switch l {
	case LevelOK:
		return "ok"
	case LevelError:
		return "error"
	}
	return "warning"
}

// Found makes a finding.
func Found(level Level, about, format string, args ...any) Finding {
	return Finding{About: about, Level: level, Message: fmt.Sprintf(format, args...)}
}

// clockTolerance is how far clocks may differ before it is worth telling. NTP
// keeps them within milliseconds.
const clockTolerance = 2 * time.Second

// ClockFinding compares a store's clock, which was read between sent and
// received, with this machine's. resolution is that of the store's answer, such
// as a second. No lease depends on this machine's clock; the times that people
// are shown do.
func ClockFinding(server, sent, received time.Time, resolution time.Duration) Finding {
	doubt := received.Sub(sent)/2 + resolution
	ahead := sent.Add(received.Sub(sent) / 2).Sub(server.Add(resolution / 2))
	if ahead.Abs() <= clockTolerance+doubt {
		return Found(LevelOK, "clock", "this machine's clock agrees with the store's, within %s", (clockTolerance + doubt).Round(time.Millisecond))
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	return Found(LevelWarning, "clock", "this machine's clock is %s %s the store's; no lease depends on it, but times that are shown do: check that NTP runs on both",
		ahead.Abs().Round(time.Second), direction)
}
