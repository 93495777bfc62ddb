package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/terminal"
)

// watchPause lies between two lists of a watch. (A variable for the tests.)
var watchPause = 2 * time.Second

// A snapshot is what a backend held at a moment: how many leases, and the first
// of them by name.
type snapshot struct {
	leases []standing // at most pageSize, sorted
	total  int
	at     time.Time
}

func (s *snapshot) add(l listed) error {
	now, ok := l.now()
	if !ok {
		return nil
	}
	s.leases = append(s.leases, now)
	s.total++
	if len(s.leases) == 2*pageSize {
		s.sort()
	}
	return nil
}

// sort keeps no more than a page: no screen shows as much.
func (s *snapshot) sort() {
	slices.SortFunc(s.leases, func(a, b standing) int { return cmp.Compare(a.Resource, b.Resource) })
	s.leases = s.leases[:min(len(s.leases), pageSize)]
}

// snapshot asks for a list, for no longer than --timeout.
func (s *survey) snapshot(ctx context.Context) (*snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, s.g.timeout.duration)
	defer cancel()
	seen := &snapshot{}
	_, fault := s.each(ctx, seen.add)
	seen.sort()
	seen.at = time.Now()
	return seen, fault
}

// watch shows a list, and again and again, until a signal ends it, which is how it
// is meant to end: exit 0. The first list comes before the screen is taken, so
// that an error which ends the watch stays to be read.
func (s *survey) watch(ctx context.Context) error {
	shown, fault := s.snapshot(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case fault != nil:
		return fault
	}
	defer s.g.hush()()
	screen := terminal.NewScreen(os.Stdout)
	defer screen.Close()
	// At once, whatever else is going on then: a second Ctrl-C ends the process.
	defer context.AfterFunc(ctx, screen.Close)()
	for {
		settle(nil)
		columns, rows := terminal.Size(os.Stdout)
		screen.Show(shown.screen(s.backend, columns, rows, fault))
		if !rest(ctx, watchPause) {
			return nil
		}
		var next *snapshot
		if next, fault = s.snapshot(ctx); fault == nil {
			shown = next
		}
	}
}

// hush keeps warnings off the screen until the function that it returns is called.
func (g *globals) hush() (tell func()) {
	told := len(g.warned)
	g.warning = func(string) {}
	return func() {
		g.warning = nil
		for _, text := range g.warned[told:] {
			note("warning: " + text)
		}
	}
}

// screen is what is to be seen: the leases for which there is room, and below them
// from when that is, and why it is no later.
func (s *snapshot) screen(backend string, columns, rows int, fault error) []string {
	status := wrapped(s.status(backend, fault), columns)
	room := max(rows-len(status), 0)
	lines := s.table(columns, room)
	lines = lines[:min(len(lines), room)]
	for len(lines) < room {
		lines = append(lines, "")
	}
	return append(lines, status...)
}

// wrapped is a text in lines of so many columns.
func wrapped(text string, columns int) (lines []string) {
	for line := range slices.Chunk([]rune(text), columns) {
		lines = append(lines, string(line))
	}
	return lines
}

func (s *snapshot) status(backend string, fault error) string {
	at := s.at.Format(time.TimeOnly)
	if fault != nil {
		return escape.Text(fmt.Sprintf("as of %s; not refreshed: %v", at, fault))
	}
	return fmt.Sprintf("%s at %s: %d held", escape.Text(backend), at, s.total)
}

// table is the leases in so many rows.
func (s *snapshot) table(columns, room int) []string {
	if s.total == 0 {
		return nil
	}
	shown := s.leases
	if s.total > room-1 {
		shown = shown[:min(len(shown), max(room-2, 0))]
	}
	t := newLeaseTable(columns, shown)
	lines := []string{t.line(leaseHead)}
	for _, lease := range shown {
		lines = append(lines, t.line(cellsOf(lease)))
	}
	if more := s.total - len(shown); more > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", more))
	}
	return lines
}
