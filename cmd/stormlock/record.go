package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
)

// A book is the lease record as commands use it: if it cannot be used, that is
// one warning and never a reason to refuse. It is opened at its first use.
type book struct {
	record *leases.Record
	broken bool
}

// recordTime bounds each use of the record: it may lie on a disk or behind a
// network that does not answer, and whoever holds a lock has to be told its id. (A
// variable for the tests.)
var recordTime = 5 * time.Second

// use has do use the record, which how opens, if there is one.
func (b *book) use(how func(path string) (*leases.Record, error), do func(*leases.Record) error) {
	if b.broken {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	had := b.record
	record, ended, err := inTime(ctx, func() (*leases.Record, error) {
		record, err := had, error(nil)
		if record == nil {
			record, err = openRecord(how)
		}
		if record == nil || err != nil {
			return nil, err
		}
		return record, do(record)
	})
	if ended {
		b.warn(fmt.Errorf("the lease record does not answer within %s", recordTime))
		return
	}
	b.record = record
	b.warn(err)
}

// openRecord opens the record. It is nil if there is none.
func openRecord(how func(path string) (*leases.Record, error)) (*leases.Record, error) {
	path, err := leases.Directory(os.Getenv)
	if err != nil {
		return nil, err
	}
	record, err := how(path)
	return record, unlessMissing(err)
}

func (b *book) close() {
	if b.record != nil {
		_ = b.record.Close()
	}
}

func (b *book) write(n leases.Note) {
	b.use(leases.Create, func(r *leases.Record) error { return r.Write(n) })
}

func (b *book) remove(n leases.Note) {
	b.use(leases.Open, func(r *leases.Record) error { return r.Remove(n) })
}

// find returns the note of a lease, or nil.
func (b *book) find(at leases.Place, id string) (found *leases.Note) {
	result := make(chan leases.Note, 1) // not a variable: the search may go on alone
	b.use(leases.Open, func(r *leases.Record) error {
		if n, ok := r.Find(at, id); ok {
			result <- n
		}
		return nil
	})
	select {
	case n := <-result:
		return &n
	default:
		return nil
	}
}

// warn tells once that the record cannot be relied on.
func (b *book) warn(err error) {
	if err != nil && !b.broken {
		b.broken = true
		note(fmt.Sprintf("warning: %v; stormlock mine may not show what you hold", err))
	}
}

// An entry is the note of a lease that a command is about to change. A nil one
// is that of a lease that is not on record: then nothing is written.
type entry struct {
	book  *book
	prior *leases.Note // as it was before, nil if it is new
	note  leases.Note
}

// place is where this session's leases are. A path need not be UTF-8, a note is:
// otherwise it would not be found again.
func (s *session) place() leases.Place {
	path, err := filepath.Abs(s.File)
	if err != nil {
		path = s.File
	}
	return leases.Place{Resource: s.Resource, Backend: s.Backend, Config: strings.ToValidUTF8(path, "\ufffd")}
}

// asking notes an acquire that is about to be sent. One that is repeated keeps
// its note; a fresh id has none to look for.
func (s *session) asking(want sdk.Lease, repeat bool) *entry {
	at := s.place()
	e := &entry{book: &s.book, note: leases.Note{
		State: leases.Asked, Resource: at.Resource, Backend: at.Backend, Config: at.Config,
		AskedID: want.ID, Principal: want.Principal, Reason: want.Reason, TTL: ttl.Format(want.TTL), Since: time.Now(),
	}}
	if repeat {
		e.resume(s.book.find(at, want.ID))
	}
	if !e.beingReleased() {
		e.until(s.time + want.TTL)
		e.book.write(e.note)
	}
	return e
}

// resume goes on with a note that was there before, if there was one.
func (e *entry) resume(prior *leases.Note) {
	if prior == nil {
		return
	}
	e.prior, e.note = prior, *prior
	if e.note.State != leases.Held {
		e.note.State = leases.Asked
	}
}

// noted is the entry of a lease, nil if it is not on record.
func (s *session) noted(lease sdk.Lease) *entry {
	prior := s.book.find(s.place(), lease.ID)
	if prior == nil {
		return nil
	}
	return &entry{book: &s.book, prior: prior, note: *prior}
}

// changing notes a renew, or a release, of a lease that is on record.
func (s *session) changing(lease sdk.Lease, state leases.State) *entry {
	e := s.noted(lease)
	if e == nil {
		return nil
	}
	if state != "" {
		e.note.State = state
	}
	if lease.TTL != 0 {
		e.until(s.time + lease.TTL)
		e.note.TTL = ttl.Format(lease.TTL)
	}
	e.book.write(e.note)
	return e
}

// until makes the note last for so long from now, if that is longer.
func (e *entry) until(d time.Duration) {
	if end := time.Now().Add(d); end.After(e.note.Until) {
		e.note.Until = end
	}
}

// held completes the note of a lease that was granted or renewed.
func (e *entry) held(id string, left time.Duration) {
	if e == nil {
		return
	}
	now := time.Now()
	e.note.State, e.note.Granted, e.note.Until = leases.Held, now, now.Add(left)
	if id != e.note.AskedID {
		e.note.StoreID = id
	}
	e.book.write(e.note)
}

// releasing notes that a lease is being given up.
func (e *entry) releasing() {
	if e == nil {
		return
	}
	e.note.State = leases.Releasing
	e.book.write(e.note)
}

// beingReleased reports whether a release of the lease was begun, by this
// command or another, of which no answer is known.
func (e *entry) beingReleased() bool { return e.prior != nil && e.prior.State == leases.Releasing }

// putBack undoes the note of a request that certainly changed nothing.
func (e *entry) putBack() {
	switch {
	case e == nil:
	case e.prior == nil:
		e.remove()
	default:
		e.book.write(*e.prior)
	}
}

// remove removes the note of a lease that is certainly over.
func (e *entry) remove() {
	if e != nil {
		e.book.remove(e.note)
	}
}
