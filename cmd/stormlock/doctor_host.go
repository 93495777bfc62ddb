package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// What is looked at on this machine.

func (x *examination) readFile(ctx context.Context) {
	file, err := x.readConfig(ctx)
	if err != nil {
		x.fault("configuration", err)
		return
	}
	x.file = file
	text := file.Path() + " is read"
	hidden, err := awaited(ctx, "looking for configuration files", func() ([]string, error) {
		return config.Hidden(x.globals.config, x.environment()), nil
	})
	if err == nil && len(hidden) > 0 {
		text += "; as only the first one counts, not " + strings.Join(hidden, ", ")
	}
	x.found(sdk.LevelOK, "configuration", "%s", text)
}

// resolve looks at the settings. Which backend is meant can be known although
// another of them is wrong.
func (x *examination) resolve(context.Context) {
	if x.file == nil {
		return
	}
	if !x.named {
		if x.backend, _ = x.file.BackendOf(x.resource); x.backend != "" {
			if err := nameable(x.file, x.backend); err != nil {
				x.fault("settings", err)
				x.backend = ""
				return
			}
		}
	}
	s, err := x.file.Resolve(x.resource)
	if err != nil {
		x.fault("settings", err)
		return
	}
	x.principal = s.Principal
	x.found(sdk.LevelOK, "settings", "%s", settingsText(s, x.named))
}

// settingsText is what the settings come to; named says that another backend than
// theirs may be looked at.
func settingsText(s config.Settings, named bool) string {
	of, lasts := "section [default]", "no ttl, so that acquire wants -t"
	if s.Resource != defaults {
		of = fmt.Sprintf("resource %q", s.Resource)
	}
	if s.TTL != 0 {
		lasts = "ttl " + ttl.Format(s.TTL)
	}
	if named {
		return fmt.Sprintf("%s has %s, principal %s; its backend is not looked at, as --backend names one", of, lasts, s.Principal)
	}
	return fmt.Sprintf("%s has backend %s, %s, principal %s", of, s.Backend, lasts, s.Principal)
}

// find looks for the backend's executable as every command does, and for what it
// hides.
func (x *examination) find(ctx context.Context) {
	if x.backend == "" {
		return
	}
	exe, err := found(ctx, x.backend)
	if err != nil {
		if !x.named {
			err = located(x.file, err)
		}
		x.fault("executable", err)
		return
	}
	if x.file == nil { // which may pin it
		x.found(sdk.LevelOK, "executable", "%s", exe.Path)
		return
	}
	x.exe = &exe
	pin, err := x.file.Pin(x.backend)
	if err != nil {
		x.fault("executable", err)
		return
	}
	pinned := "not pinned"
	if pin != "" {
		pinned = "pinned by " + x.file.Position("backend."+x.backend, config.PinKey)
	}
	x.found(sdk.LevelOK, "executable", "%s, %s", exe.Path, pinned)
	x.findCopies(ctx)
}

// findCopies tells of other executables of the backend: who updates one of those
// wonders why nothing changes.
func (x *examination) findCopies(ctx context.Context) {
	all, err := awaited(ctx, "looking for backends", func() ([]pluginhost.Candidate, error) {
		return pluginhost.List(pluginhost.Directories()), nil
	})
	if err != nil {
		x.fault("executable", err)
	}
	for _, c := range all {
		if c.Name == x.backend && c.ShadowedBy == x.exe.Path && !sameFile(c.Path, x.exe.Path) {
			x.found(sdk.LevelWarning, "executable", "%s is there too, but is never run, as %s comes before it on PATH; remove the one that is not wanted", c.Path, x.exe.Path)
		}
	}
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// start runs the executable and has it describe itself.
func (x *examination) start(ctx context.Context) {
	if x.exe == nil {
		return
	}
	x.about = "configuration" // of secrets that others can read
	began, link := time.Now(), x.globals.link(x.file, x.backend)
	if _, err := bounded(ctx, link.open); err != nil {
		x.fault("start", err)
		return
	}
	x.link = link
	var about plugin.Description
	_, err := bounded(ctx, func(ctx context.Context) (err error) {
		about, err = link.backend.Describe(ctx)
		return err
	})
	if err != nil {
		x.fault("start", err)
		return
	}
	x.found(sdk.LevelOK, "start", "%s %s speaks protocol %d, as stormlock does, and was ready after %s",
		about.Name, about.Version, plugin.ProtocolVersion, shortly(time.Since(began)))
}

// lookAtRecord tries the record as acquire uses it. Locks can be taken without it.
func (x *examination) lookAtRecord(ctx context.Context) {
	look, err := awaited(ctx, "looking at the lease record", func() (recordLook, error) { return lookAtRecord(x.readOnly) })
	if err != nil {
		x.found(sdk.LevelWarning, "lease record", "%v; locks can be taken, but stormlock mine may not show what you hold", err)
		return
	}
	for _, fault := range look.faults {
		x.found(sdk.LevelWarning, "lease record", "%v", fault)
	}
	x.found(sdk.LevelOK, "lease record", "%s", look.text)
}

// A recordLook is what was seen of the lease record.
type recordLook struct {
	text   string
	faults []error // of single notes
}

func lookAtRecord(readOnly bool) (look recordLook, err error) {
	path, err := leases.Directory(os.Getenv)
	if err != nil {
		return look, err
	}
	open := leases.Create
	if readOnly {
		open = leases.Open
	}
	record, err := open(path)
	if unlessMissing(err) != nil {
		return look, err
	}
	if record == nil {
		look.text = path + " will be made with the first lease"
		return look, nil
	}
	defer record.Close()
	if !readOnly {
		err = tryRecord(record)
	}
	notes, faults := record.List(time.Now())
	return recordLook{fmt.Sprintf("%s, with %d leases", path, len(notes)), faults}, err
}

// tryRecord writes a note that is over, which nobody is shown if it stays, and
// removes it.
func tryRecord(record *leases.Record) error {
	n := leases.Note{State: leases.Asked, Resource: probe, Backend: "none", Config: "none", AskedID: sdk.NewID()}
	if err := record.Write(n); err != nil {
		return err
	}
	return record.Remove(n)
}
