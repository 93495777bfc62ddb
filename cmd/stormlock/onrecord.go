package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/sdk"
)

// takesLease is the argument check of commands that find the lease id in the
// record if it is not given. One that is given empty, from a variable that is
// not set, is refused later and never looked for.
func takesLease(cmd *cobra.Command, args []string) error {
	if len(args) < 2 {
		return takes("RESOURCE")(cmd, args)
	}
	return takes("RESOURCE", "LEASE_ID")(cmd, args)
}

// withLease runs do for the arguments RESOURCE [LEASE_ID], which are checked
// before anything else happens.
func (g *globals) withLease(cmd *cobra.Command, args []string, do func(context.Context, *session, sdk.Lease) error) (err error) {
	lease := sdk.Lease{Resource: args[0]}
	if len(args) > 1 {
		if lease.ID, err = g.leaseID(cmd.Context(), args[1]); err != nil {
			return err
		}
		if err := sdk.ValidateRelease(lease); err != nil {
			return err
		}
	}
	return g.with(cmd.Context(), lease.Resource, func(ctx context.Context, s *session) (err error) {
		if len(args) == 1 {
			if lease.ID, err = s.idOnRecord(ctx, cmd.Name()); err != nil {
				return err
			}
		}
		return do(ctx, s, lease)
	})
}

// idOnRecord is the id of the one lease of the resource, by the settings in use,
// that is on record.
func (s *session) idOnRecord(ctx context.Context, command string) (string, error) {
	notes, err := recorded(ctx, s.Resource)
	if err != nil {
		return "", usage(fmt.Sprintf("%v; name the lease: %s", err, s.naming(command)))
	}
	here, elsewhere := s.apart(notes)
	if live := unended(here, time.Now()); len(live) == 1 {
		here = live // what else there was has ended, unless a clock was set
	}
	switch len(here) {
	case 1:
		return here[0].ID(), nil
	case 0:
		return "", usage(s.noneOnRecord(elsewhere) + "; name the lease: " + s.naming(command))
	}
	return "", usage(fmt.Sprintf("resource %q has %d leases on record: %s; name one: %s",
		s.Resource, len(here), summary(here), s.naming(command)))
}

// recorded returns the notes of a resource's leases that are not over.
func recorded(ctx context.Context, resource string) (found []leases.Note, err error) {
	all, err := allNotes(ctx)
	for _, n := range all {
		if n.Resource == resource {
			found = append(found, n)
		}
	}
	return found, err
}

// apart tells the notes of the settings in use from those of others, which may
// be of another store's lock of the same name.
func (s *session) apart(notes []leases.Note) (here, elsewhere []leases.Note) {
	at := s.place()
	for _, n := range notes {
		if n.Place() == at {
			here = append(here, n)
		} else {
			elsewhere = append(elsewhere, n)
		}
	}
	return here, elsewhere
}

// unended leaves out the notes of leases whose time is over.
func unended(notes []leases.Note, now time.Time) []leases.Note {
	return slices.DeleteFunc(slices.Clone(notes), func(n leases.Note) bool { return now.After(n.Until) })
}

func (s *session) noneOnRecord(elsewhere []leases.Note) string {
	text := fmt.Sprintf("no lease of resource %q is on record for backend %q by %s", s.Resource, s.Backend, s.place().Config)
	for _, n := range elsewhere {
		text += fmt.Sprintf("; there is one for backend %q by %s", n.Backend, n.Config)
	}
	return text
}

// naming is the command with the id left to fill in.
func (s *session) naming(command string) string {
	return fmt.Sprintf("%s %s %s LEASE_ID", s.self, command, resourceArgument(s.Resource))
}

func summary(notes []leases.Note) string {
	var parts []string
	for _, n := range notes {
		parts = append(parts, fmt.Sprintf("%s (%s, until %s)", n.ID(), stateText(n, time.Now()), n.Until.Local().Format(timeFormat)))
	}
	return strings.Join(parts, ", ")
}

// notesAsTheyAre reads the record without tidying it up, or a word about its
// faults.
func notesAsTheyAre(now time.Time) []leases.Note {
	record, err := openRecord(leases.Open)
	if record == nil || err != nil {
		return nil
	}
	defer record.Close()
	notes, _ := record.List(now)
	return notes
}

// allNotes reads the record, and tells of what in it is no note.
func allNotes(ctx context.Context) ([]leases.Note, error) {
	type content struct {
		notes  []leases.Note
		faults []error
	}
	all, err := awaited(ctx, "reading the lease record", func() (c content, err error) {
		record, err := openRecord(leases.Open)
		if record == nil || err != nil {
			return c, err
		}
		defer record.Close()
		record.Tidy(time.Now())
		c.notes, c.faults = record.List(time.Now())
		return c, nil
	})
	for _, fault := range all.faults {
		note(fmt.Sprintf("warning: %v", fault))
	}
	return all.notes, err
}
