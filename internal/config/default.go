package config

import (
	"maps"
	"slices"
)

// DefaultBackend returns the backend of section [default], as written, or "" if
// there is none. The values of the other keys are not judged.
func (f *File) DefaultBackend() (string, error) {
	sections := []string{defaultSection}
	if err := f.checkKeys(sections); err != nil {
		return "", err
	}
	return f.namedBackend(sections)
}

// OtherBackends returns the backends that sections of resources name, as written,
// sorted.
func (f *File) OtherBackends() []string {
	names := map[string]bool{}
	for section, values := range f.sections {
		if name := values["backend"]; name != "" && !reserved(section) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
