package ttl

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stormlock/stormlock/sdk"
)

// A parser reads terms, each a number and its unit, off the front of rest.
type parser struct {
	text  string // the whole, for errors
	rest  string
	total time.Duration
	seen  map[string]bool // names of the units so far
}

func (p *parser) term() error {
	count, err := p.number()
	if err != nil {
		return err
	}
	name, length, err := p.unit()
	if err != nil {
		return err
	}
	if p.seen[name] {
		return p.refuse("gives %s twice", name)
	}
	if p.seen == nil {
		p.seen = make(map[string]bool)
	}
	p.seen[name] = true
	return p.add(count, length)
}

// add keeps the total within bounds, so that it cannot overflow however long
// the text is.
func (p *parser) add(count, length time.Duration) error {
	if count > (sdk.MaxTTL-p.total)/length {
		return p.outOfBounds()
	}
	p.total += count * length
	return nil
}

func (p *parser) number() (time.Duration, error) {
	digits := p.take(func(r rune) bool { return '0' <= r && r <= '9' })
	if digits == "" {
		return 0, p.noNumber()
	}
	count := time.Duration(0)
	for _, digit := range digits {
		count = count*10 + time.Duration(digit-'0')
		if count > sdk.MaxTTL/time.Second {
			return 0, p.outOfBounds()
		}
	}
	return count, nil
}

// noNumber says what stands where a number should.
func (p *parser) noNumber() error {
	r, _ := utf8.DecodeRuneInString(p.rest)
	switch {
	case r == '-':
		return p.refuse("has a minus sign")
	case unicode.IsDigit(r):
		return p.refuse("has a digit other than 0 to 9")
	}
	return p.refuse("has no number before %q", p.rest)
}

func (p *parser) unit() (string, time.Duration, error) {
	word := p.take(func(r rune) bool { return !isSpace(r) && !unicode.IsDigit(r) })
	if word == "" {
		return "", 0, p.refuse("has a number without a unit")
	}
	for _, unit := range units {
		if strings.HasPrefix(unit.name, word) {
			return unit.name, unit.length, nil
		}
	}
	return "", 0, p.refuse("has the unknown unit %q", word)
}

// take removes the longest beginning of rest whose characters all pass, and
// the spaces after it.
func (p *parser) take(pass func(rune) bool) string {
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !pass(r) })
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	p.skipSpaces()
	return word
}

func (p *parser) skipSpaces() { p.rest = strings.TrimLeftFunc(p.rest, isSpace) }

func isSpace(r rune) bool { return r == ' ' || r == '\t' }

func (p *parser) refuse(format string, args ...any) error {
	return sdk.Invalid("duration %q %s; %s", p.text, fmt.Sprintf(format, args...), accepted)
}

func (p *parser) outOfBounds() error {
	return sdk.Invalid("duration %q is out of bounds; accepted are 1 second to 10 years (%d days)",
		p.text, sdk.MaxTTL/units[0].length)
}
