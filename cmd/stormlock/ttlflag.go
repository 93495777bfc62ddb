package main

import (
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
)

// defaultTimeout bounds a command, the plugin's start included.
const defaultTimeout = 30 * time.Second

// ttlHelp is the grammar, in a flag's help.
const ttlHelp = "such as 30s, 5 minutes, 1h30m or 2 days"

// ttlFlag is a flag in the grammar of TTLs.
type ttlFlag struct{ duration time.Duration }

func (f *ttlFlag) Set(text string) (err error) {
	f.duration, err = ttl.Parse(text)
	return err
}

func (f *ttlFlag) Type() string { return "duration" }

func (f *ttlFlag) String() string {
	if f.duration == 0 {
		return ""
	}
	return ttl.Format(f.duration)
}
