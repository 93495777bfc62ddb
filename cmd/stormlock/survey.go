package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
)

// pageSize is how many leases are kept, so that they can be sorted and the widths
// of columns be known. The memory for more than that does not grow.
const pageSize = 1000

// A survey asks a backend for all of its leases.
type survey struct {
	g       *globals
	file    *config.File
	backend string
	prefix  string
	link    *link
}

// A listed is a lease as a list has it.
type listed struct {
	sdk.Lease
	watch *stopwatch
}

// A standing is a lease as it stands at a moment: its TTL is what is left then.
type standing struct {
	sdk.Lease
	at time.Time
}

// now is how the lease stands, unless it may be over. When in the course of a list
// its store read it, nobody knows: so it counts from when the list was asked for.
func (l listed) now() (standing, bool) {
	l.TTL -= l.watch.elapsed()
	return standing{l.Lease, time.Now()}, l.TTL > 0
}

// A stopwatch tells how long ago a list was asked for. To look at the clock takes
// longer than to print a lease, so it looks once for so many of them.
type stopwatch struct {
	asked boottime.Instant
	last  time.Duration
	uses  int
}

const usesOfALook = 64

func (w *stopwatch) elapsed() time.Duration {
	if w.uses%usesOfALook == 0 {
		w.last = elapsed(w.asked)
	}
	w.uses++
	return w.last
}

// each has do see every lease, until it returns an error, which is then the
// result; fault is why the list ended early.
func (s *survey) each(ctx context.Context, do func(listed) error) (err, fault error) {
	fault = s.link.ask(ctx, func(ctx context.Context, backend sdk.Backend) error {
		watch := &stopwatch{asked: boottime.Now()}
		for lease, fault := range backend.List(ctx, s.prefix) {
			if fault != nil {
				return fault
			}
			if err = do(listed{lease, watch}); err != nil {
				break
			}
		}
		return nil
	})
	return err, s.g.finish(s.file, s.backend, fault)
}

// list prints all leases. Whoever reads them may have enough before the end, as
// head does: that ends the list, and is no error, since nobody is left to whom it
// would matter.
func (s *survey) list(ctx context.Context, format string) error {
	out := bufio.NewWriterSize(os.Stdout, 32<<10)
	p := &pages{out: out, format: listFormats[format], backend: s.backend}
	err, fault := s.each(ctx, p.add)
	if err == nil {
		err = p.end()
	}
	switch {
	case readerGone(err):
		return nil
	case err != nil:
		return &exitError{exitInternal, fmt.Sprintf("printing the list failed: %v", err)}
	case fault != nil && p.count > 0:
		return fmt.Errorf("the list is not complete: %w", fault)
	}
	return fault
}

// pages print leases: those of the first page sorted, if there are no more, and
// all others as they come.
type pages struct {
	out     *bufio.Writer
	format  listFormat
	backend string

	count int
	first []listed
	line  listLine // nil until the first page is printed
}

func (p *pages) add(l listed) error {
	if p.count++; p.count <= pageSize {
		p.first = append(p.first, l)
		return nil
	}
	if p.line == nil {
		if err := p.begin(); err != nil {
			return err
		}
	}
	return p.print(l)
}

// begin prints the first page.
func (p *pages) begin() error {
	var all []standing
	for _, l := range p.first {
		if now, ok := l.now(); ok {
			all = append(all, now)
		}
	}
	p.first = nil
	var head string
	head, p.line = p.format(p.backend, all)
	_, err := p.out.WriteString(head)
	for _, lease := range all {
		if err == nil {
			err = p.line(p.out, lease)
		}
	}
	return cmp.Or(err, p.out.Flush())
}

func (p *pages) print(l listed) error {
	if now, ok := l.now(); ok {
		return p.line(p.out, now)
	}
	return nil
}

// end prints what is left.
func (p *pages) end() error {
	if p.line == nil {
		slices.SortFunc(p.first, func(a, b listed) int { return cmp.Compare(a.Resource, b.Resource) })
		return p.begin()
	}
	return p.out.Flush()
}

// A listLine prints a lease of a list.
type listLine func(io.Writer, standing) error

// A listFormat is what a list begins with, and how its lines are printed, if these
// are the first leases.
type listFormat func(backend string, first []standing) (head string, line listLine)

var listFormats = map[string]listFormat{"table": listTable, "oneline": listOneLine, "json": listJSON}
