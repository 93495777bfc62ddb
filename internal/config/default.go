package config

import (
	"maps"
	"slices"
)

// DefaultBackend returns the backend of section [default], as written, or "" if
// there is none. The values of the other keys are not judged.
func (f *File) DefaultBackend() (string, error) {
	if err := f.checkKeys([]string{defaultSection}); err != nil {
		return "", err
	}
	value, ok := f.sections[defaultSection]["backend"]
	if ok && value == "" {
		return "", fault(f.Position(defaultSection, "backend"), "backend is empty; write backend = NAME")
	}
	return value, nil
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
