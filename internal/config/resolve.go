package config

import (
	"slices"
	"strings"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk/nearmiss"
)

// Settings are what a configuration file says about one resource.
type Settings struct {
	Resource       string
	Principal      string        // never empty; USER@HOST if the file names none
	Backend        string        // never empty, otherwise as written
	TTL            time.Duration // 0 if the file gives none
	MaxTTL         time.Duration // the longest TTL to ask for; 0 if the file sets no bound
	ReasonRequired bool          // whether a reason has to be given
	File           string        // the configuration file
}

// keys are those of [default] and of a resource's section.
var keys = []string{"backend", "principal", "ttl", MaxTTLKey, ReasonKey}

// known reports whether a section can have a key.
func known(section, key string) bool {
	return slices.Contains(keys, key) || section == defaultSection && key == requireKey
}

// Resolve returns the settings of a resource: those of its section, and for
// what that lacks, those of [default]. The name "default" and names that begin
// with "backend." have no section of their own. It is an error if no backend
// is configured, if either section has an unknown key, or if a value is wrong.
// The other sections are not judged.
func (f *File) Resolve(resource string) (Settings, error) {
	sections := sectionsOf(resource)
	if err := f.checkKeys(sections); err != nil {
		return Settings{}, err
	}
	s := Settings{Resource: resource, File: f.path}
	for _, resolve := range []func([]string, *Settings) error{f.backend, f.principal, f.ttl, f.policy} {
		if err := resolve(sections, &s); err != nil {
			return Settings{}, err
		}
	}
	return s, nil
}

// BackendOf returns the backend of a resource's settings, for who wants to know it
// although another of them is wrong.
func (f *File) BackendOf(resource string) (string, error) {
	s := Settings{Resource: resource}
	err := f.backend(sectionsOf(resource), &s)
	return s.Backend, err
}

// sectionsOf returns the sections that a resource reads, the first winning.
func sectionsOf(resource string) []string {
	if reserved(resource) {
		return []string{defaultSection}
	}
	return []string{resource, defaultSection}
}

func (f *File) backend(sections []string, s *Settings) (err error) {
	s.Backend, err = f.namedBackend(sections)
	if s.Backend == "" && err == nil {
		err = fault(f.Position(defaultSection, ""), "no backend is configured for resource %q; set backend = NAME in section [default]", s.Resource)
	}
	return err
}

// namedBackend is the backend that sections name, "" if they name none.
func (f *File) namedBackend(sections []string) (string, error) {
	section, value, ok := f.lookup(sections, "backend")
	if ok && value == "" {
		return "", fault(f.Position(section, "backend"), "backend is empty; write backend = NAME")
	}
	return value, nil
}

func (f *File) principal(sections []string, s *Settings) error {
	section, value, ok := f.lookup(sections, "principal")
	switch {
	case !ok:
		value = f.self()
	case value == "":
		return fault(f.Position(section, "principal"), "principal is empty; write who you are, or remove the key for USER@HOST")
	}
	s.Principal = value
	return nil
}

func (f *File) ttl(sections []string, s *Settings) (err error) {
	s.TTL, err = f.duration(sections, "ttl")
	return err
}

// duration is the value of a key that is a TTL, 0 if there is none.
func (f *File) duration(sections []string, key string) (time.Duration, error) {
	section, value, ok := f.lookup(sections, key)
	if !ok {
		return 0, nil
	}
	d, err := ttl.Parse(value)
	if err != nil {
		return 0, fault(f.Position(section, key), "%v", err)
	}
	return d, nil
}

// lookup returns the section that decides a key, and the value there.
func (f *File) lookup(sections []string, key string) (section, value string, ok bool) {
	for _, section := range sections {
		if value, ok := f.sections[section][key]; ok {
			return section, value, true
		}
	}
	return "", "", false
}

// checkKeys names the first unknown key by its line.
func (f *File) checkKeys(sections []string) error {
	for _, section := range sections {
		unknown, line := "", 0
		for key := range f.sections[section] {
			at := f.lines[place{section, key}]
			if !known(section, key) && (line == 0 || at < line) {
				unknown, line = key, at
			}
		}
		if line > 0 {
			return fault(f.Position(section, unknown), "unknown key %q; %s", unknown, advice(unknown))
		}
	}
	return nil
}

func advice(unknown string) string {
	if unknown == requireKey {
		return "it belongs into section [default]"
	}
	if near, ok := nearmiss.Find(unknown, keys); ok {
		return `did you mean "` + near + `"?`
	}
	return "known keys are " + strings.Join(keys, ", ")
}
