package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/terminal"
	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// timeFormat is RFC 3339 with milliseconds and a numeric offset.
const timeFormat = "2006-01-02T15:04:05.000-07:00"

// heldText says who holds a resource, why, since when and for how long still;
// never the holder's lease id.
func heldText(l sdk.Lease) string {
	text := fmt.Sprintf("resource %q is held by %s", l.Resource, l.Principal)
	if !l.Created.IsZero() {
		text += " since " + l.Created.Local().Format(timeFormat)
	}
	text += ", for " + ttl.Format(l.TTL) + " still"
	if l.Reason != "" {
		text += ": " + l.Reason
	}
	return text
}

// elapsed is the time since a question was sent, that of the machine's sleep
// included. An answer counts from when it was asked for: by a store's clock a
// lease cannot have begun before. (A variable, like leaseOfAttempt, so that it
// can be broken on purpose.)
var elapsed = boottime.Since

// noteTTL tells that a lease does not last as long as was asked for: the
// store has bounds of its own, or the lease was there already.
func noteTTL(asked, got time.Duration) {
	if diff := (asked - got).Abs(); diff >= 2*time.Second {
		note(fmt.Sprintf("the lease lasts another %s, not %s", ttl.Format(got), ttl.Format(asked)))
	}
}

// oneOf is two or more words, as in a sentence: "table, oneline or json".
func oneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// tell prints an error, if it has a text.
func tell(err error) {
	if text := err.Error(); text != "" {
		line(terminal.Paint(os.Stderr, terminal.Red, program), text)
	}
}

// note writes a line that is not a result. Parts of it may have been written by
// others: holders, servers, plugins.
func note(text string) {
	who := program
	if strings.HasPrefix(text, "warning: ") {
		who = terminal.Paint(os.Stderr, terminal.Yellow, program)
	}
	line(who, text)
}

// program is what every line on stderr begins with, in colour if it is an error or a
// warning and a person looks on.
const program = "stormlock:"

func line(who, text string) {
	live.above(func() { fmt.Fprintln(os.Stderr, who+" "+escape.Text(text)) })
}

// self is how to call stormlock again with the same configuration.
func (g *globals) self() string {
	if g.config == "" {
		return "stormlock"
	}
	return calling(g.config)
}

// calling is how to call stormlock with a configuration file.
func calling(config string) string { return "stormlock -c " + shellQuote(config) }

// resourceArgument is a resource as it is typed: one that begins with a hyphen
// would be taken for a flag.
func resourceArgument(resource string) string {
	if strings.HasPrefix(resource, "-") {
		return "-- " + shellQuote(resource)
	}
	return shellQuote(resource)
}

// shellQuote makes one word of a POSIX shell.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:=@%+,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 && s[0] != '-' {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
