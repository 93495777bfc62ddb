package config

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/stormlock/stormlock/internal/ttl"
)

// A Setting is one value that is in effect for a resource.
type Setting struct {
	Section string // "" for stormlock's own settings, else that of the backend
	Key     string
	Value   string // as it is used; it may be a secret
	Source  string // FILE:LINE, or empty if no file says so
}

// Explain returns the settings of a resource, as [File.Resolve] finds them, those
// of its backend's section, and where each comes from. What only restricts is left
// out where no file says so.
func (f *File) Explain(resource string) ([]Setting, error) {
	s, err := f.Resolve(resource)
	if err != nil {
		return nil, err
	}
	values := map[string]string{"backend": s.Backend, "principal": s.Principal, "ttl": shownTTL(s.TTL), MaxTTLKey: shownTTL(s.MaxTTL)}
	var all []Setting
	for _, key := range keys {
		source := ""
		section, value, ok := f.lookup(sectionsOf(resource), key)
		switch {
		case ok:
			source = f.Position(section, key)
		case key == MaxTTLKey || key == ReasonKey:
			continue
		}
		all = append(all, Setting{Key: key, Value: cmp.Or(values[key], value), Source: source})
	}
	if value, ok := f.sections[defaultSection][requireKey]; ok {
		all = append(all, Setting{Key: requireKey, Value: value, Source: f.Position(defaultSection, requireKey)})
	}
	return append(all, f.ofBackend(s.Backend)...), nil
}

// ofBackend returns what a backend's section says, in the order of its lines.
func (f *File) ofBackend(backend string) []Setting {
	section := backendPrefix + backend
	values := f.sections[section]
	byLine := func(a, b string) int { return cmp.Compare(f.lines[place{section, a}], f.lines[place{section, b}]) }
	var all []Setting
	for _, key := range slices.SortedFunc(maps.Keys(values), byLine) {
		all = append(all, Setting{section, key, values[key], f.Position(section, key)})
	}
	return all
}

// shownTTL is empty if there is none.
func shownTTL(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return ttl.Format(d)
}
