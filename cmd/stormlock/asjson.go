package main

import (
	"fmt"
	"os"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/boottime"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// What commands print with --json, beside leases (view, owned).

// A settingView is a line of config show.
type settingView struct {
	Section string  `json:"section"` // "" for stormlock's own settings
	Key     string  `json:"key"`
	Value   *string `json:"value"`  // null if it is hidden, or not set
	Source  string  `json:"source"` // FILE:LINE, or "" if no file says so
	Hidden  bool    `json:"hidden"`
}

func settingViewOf(s config.Setting, about plugin.Description) settingView {
	v := settingView{Section: s.Section, Key: s.Key, Source: s.Source}
	if v.Hidden = s.Value != "" && shownValue(s, about) != s.Value; !v.Hidden && s.Value != "" {
		v.Value = &s.Value
	}
	return v
}

// A backendView is a line of backend list.
type backendView struct {
	Name     string `json:"name"`
	Path     string `json:"path"`
	Usable   bool   `json:"usable"`
	Refused  string `json:"refused"`   // why it would not be run
	HiddenBy string `json:"hidden_by"` // what is found first
}

func backendViewOf(c pluginhost.Candidate) backendView {
	v := backendView{Name: c.Name, Path: c.Path, HiddenBy: c.ShadowedBy, Usable: c.Refused == nil && c.ShadowedBy == ""}
	if c.Refused != nil {
		v.Refused = c.Refused.Error()
	}
	return v
}

// A statementView is a line of backend setup.
type statementView struct {
	Statement string `json:"statement"`
}

// A pinView is what backend pin prints.
type pinView struct {
	Name   string `json:"name"`
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// A fileView is what init prints.
type fileView struct {
	Path string `json:"path"`
}

// A versionView is what version prints.
type versionView struct {
	Version  string `json:"version"`
	Protocol int    `json:"protocol"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// printEach prints all values, one a line.
func printEach[T, V any](all []T, viewOf func(T) V) error {
	for _, one := range all {
		if err := writeJSON(os.Stdout, viewOf(one)); err != nil {
			return err
		}
	}
	return nil
}

// printGranted prints the id of a lease that was just granted; with --json the
// lease.
func (s *session) printGranted(got sdk.Lease, sent boottime.Instant) error {
	if s.json {
		return s.printView(got, sent)
	}
	_, err := fmt.Fprintln(os.Stdout, got.ID)
	return err
}

// printView prints a lease as "current -f json" does, as it stands by now.
func (s *session) printView(got sdk.Lease, sent boottime.Instant) error {
	got.TTL -= elapsed(sent)
	return asJSON(os.Stdout, viewOf(got, s.Backend))
}

// printRenewed prints a lease that was renewed, with --json. Otherwise there is
// nothing to tell that the caller does not know.
func (s *session) printRenewed(got sdk.Lease, sent boottime.Instant) error {
	if !s.json {
		return nil
	}
	if err := s.printView(got, sent); err != nil {
		return &exitError{exitInternal, fmt.Sprintf("lease %s of resource %q is renewed, but printing it failed: %v", got.ID, got.Resource, err)}
	}
	return nil
}
