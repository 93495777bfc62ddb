package config

import (
	"slices"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

const (
	defaultSection = "default"
	backendPrefix  = "backend."
)

// reserved reports whether no resource reads a section of this name.
func reserved(name string) bool {
	return strings.EqualFold(name, defaultSection) || strings.HasPrefix(name, backendPrefix)
}

// checkSections refuses sections that nothing would ever read, or that
// configparser reads otherwise. Passed over in silence, they would leave
// somebody with another store than the one they wrote down.
func checkSections(path string, sections []section) error {
	for _, s := range sections {
		if wrong := sectionFault(s); wrong != "" {
			return &Error{at(path, s.line), wrong}
		}
	}
	return nil
}

func sectionFault(s section) string {
	switch {
	case s.name == defaultSection, strings.HasPrefix(s.name, backendPrefix):
		return ""
	case strings.EqualFold(s.name, defaultSection):
		return defaultFault(s)
	case hasPrefixFold(s.name, backendPrefix):
		return "section names are case-sensitive and nothing reads this one; write [backend.NAME] in lower case"
	}
	if err := sdk.ValidateResource(s.name); err != nil {
		return "section can belong to no resource: " + err.Error() + "; correct the name"
	}
	return ""
}

// defaultFault lets an empty [DEFAULT] be: it says nothing. With keys,
// configparser would add them to every section, backends' too.
func defaultFault(s section) string {
	if len(s.entries) == 0 {
		return ""
	}
	return "keys in section [" + s.name + "] apply to nothing; write [default] in lower case"
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// Resources returns the resources that have a section of their own, in order.
func (f *File) Resources() []string {
	var names []string
	for name := range f.sections {
		if !reserved(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
