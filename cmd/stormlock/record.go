package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// open returns the record, nil if there is none or it cannot be used.
func (b *book) open(how func(path string) (*leases.Record, error)) *leases.Record {
	if b.record != nil || b.broken {
		return b.record
	}
	path, err := leases.Directory(os.Getenv)
	if err == nil {
		b.record, err = how(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.warn(err)
	}
	return b.record
}

func (b *book) close() {
	if b.record != nil {
		_ = b.record.Close()
	}
}

func (b *book) write(n leases.Note) {
	if r := b.open(leases.Create); r != nil {
		b.warn(r.Write(n))
	}
}

func (b *book) remove(n leases.Note) {
	if r := b.open(leases.Open); r != nil {
		b.warn(r.Remove(n))
	}
}

func (b *book) find(at leases.Place, id string) (leases.Note, bool) {
	if r := b.open(leases.Open); r != nil {
		return r.Find(at, id)
	}
	return leases.Note{}, false
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

// place is where this session's leases are.
func (s *session) place() leases.Place {
	path, err := filepath.Abs(s.File)
	if err != nil {
		path = s.File
	}
	return leases.Place{Resource: s.Resource, Backend: s.Backend, Config: path}
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

// resume goes on with a note that was there before.
func (e *entry) resume(prior leases.Note, found bool) {
	if !found {
		return
	}
	e.prior, e.note = &prior, prior
	if e.note.State != leases.Held {
		e.note.State = leases.Asked
	}
}

// changing notes a renew, or a release, of a lease that is on record.
func (s *session) changing(lease sdk.Lease, state leases.State) *entry {
	prior, ok := s.book.find(s.place(), lease.ID)
	if !ok {
		return nil
	}
	e := &entry{book: &s.book, prior: &prior, note: prior}
	if state != "" {
		e.note.State = state
	}
	if lease.TTL != 0 {
		e.until(s.time + lease.TTL)
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
	e.note.State, e.note.Until = leases.Held, time.Now().Add(left)
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
