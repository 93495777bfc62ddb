package leases

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// List returns the notes of the leases that are not over, by resource and age,
// and for each file that is no note an error that names it.
func (r *Record) List(now time.Time) (notes []Note, faults []error) {
	entries, err := fs.ReadDir(r.root.FS(), ".")
	if err != nil {
		return nil, []error{unusable(r.path, err)}
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), partPrefix) {
			continue
		}
		switch n, err := r.read(e.Name()); {
		case errors.Is(err, fs.ErrNotExist): // by another process, just now
		case err != nil:
			faults = append(faults, err)
		case !n.Over(now):
			notes = append(notes, n)
		}
	}
	slices.SortFunc(notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), a.Since.Compare(b.Since), cmp.Compare(a.AskedID, b.AskedID))
	})
	return notes, faults
}

// Find returns the note of a lease at a place, also of one that is over. The id
// is the one that was asked for, whose file is known, or the store's own.
func (r *Record) Find(at Place, id string) (Note, bool) {
	asked := Note{Resource: at.Resource, Backend: at.Backend, Config: at.Config, AskedID: id}
	if n, err := r.read(name(asked)); err == nil {
		return n, true
	}
	notes, _ := r.List(time.Time{})
	for _, n := range notes {
		if n.Place() == at && n.Is(id) {
			return n, true
		}
	}
	return Note{}, false
}

// Tidy removes the notes of leases that were over for long, and what a process
// that was killed in the middle of a Write left. What it cannot remove stays.
func (r *Record) Tidy(now time.Time) {
	entries, err := fs.ReadDir(r.root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if r.isStale(e, now) {
			_ = r.root.Remove(e.Name())
		}
	}
}

func (r *Record) isStale(e fs.DirEntry, now time.Time) bool {
	if strings.HasPrefix(e.Name(), partPrefix) {
		info, err := e.Info()
		return err == nil && info.Mode().IsRegular() && now.Sub(info.ModTime()) > keptFor
	}
	n, err := r.read(e.Name())
	return err == nil && n.Over(now.Add(-keptFor))
}
