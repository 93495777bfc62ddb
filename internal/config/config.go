// Package config finds, reads and resolves stormlock's configuration file.
//
// [Locate] picks the one file that counts, [Read] reads it, and
// [File.Resolve] tells what it says about a resource. Every error matches
// [sdk.ErrConfig], names the file and line, and says what to do.
//
// A file is an INI file as Python's configparser reads it, since such files
// exist and must not change their meaning:
//
//	[default]
//	backend   = redis
//	ttl       = 2 hours
//
//	[deploy]
//	ttl       = 30 minutes
//
//	[backend.redis]
//	address   = redis.example.com:6379
//
// Two operators who believe that they share a lock must never silently use
// different stores. That decides every doubt here: nothing is guessed, merged,
// skipped or fallen back to, and text that could be read in two ways is
// refused. The form of the whole file is checked when it is read; keys and
// values are judged when something asks for them, so that a slip in one
// resource's section stops nobody from releasing another.
//
// What happens to the text, in order: textOf (bytes to text), layOut (lines to
// sections and keys, with their line numbers), parse (ini.v1 reads those).
package config

import (
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// A File is a configuration file that has been read. It does not change and
// is safe for concurrent use.
type File struct {
	path     string
	sections map[string]map[string]string // name, key, value
	lines    map[place]int
	mode     fs.FileMode
	self     func() string // USER@HOST
}

// A place is a key of a section, or the section itself if key is empty.
type place struct{ section, key string }

// An Error is a fault in a configuration file, or in where to find one. It
// matches [sdk.ErrConfig].
type Error struct {
	Position string // FILE, FILE:LINE, or empty
	Message  string // what is wrong and what to do
}

func (e *Error) Error() string {
	if e.Position == "" {
		return e.Message
	}
	return e.Position + ": " + e.Message
}

// Unwrap makes errors.Is(err, sdk.ErrConfig) true.
func (e *Error) Unwrap() error { return sdk.ErrConfig }

func fault(position, format string, args ...any) error {
	return &Error{position, fmt.Sprintf(format, args...)}
}

// at is the position of a line of a file.
func at(path string, line int) string { return fmt.Sprintf("%s:%d", path, line) }

// Read reads the file at path, which must be a regular file of at most 1 MiB
// of UTF-8 text. The error is an [*Error].
func Read(path string) (*File, error) {
	return readVetted(path, func(string, fs.FileInfo) error { return nil })
}

// readVetted reads a file of which vet, called once it is open, has nothing to say
// against it.
func readVetted(path string, vet func(path string, opened fs.FileInfo) error) (*File, error) {
	data, info, err := contents(path, vet)
	if err != nil {
		return nil, err
	}
	text, err := textOf(path, data)
	if err != nil {
		return nil, err
	}
	sections, err := layOut(path, text)
	if err != nil {
		return nil, err
	}
	if err := checkSections(path, sections); err != nil {
		return nil, err
	}
	values, err := parse(path, sections)
	if err != nil {
		return nil, err
	}
	return &File{path: path, sections: values, lines: linesOf(sections), mode: info.Mode(), self: self}, nil
}

func linesOf(sections []section) map[place]int {
	lines := make(map[place]int)
	for _, s := range sections {
		lines[place{s.name, ""}] = s.line
		for _, e := range s.entries {
			lines[place{s.name, e.key}] = e.line
		}
	}
	return lines
}

// OthersCanRead reports whether the file's mode lets users read it beside its
// owner.
func (f *File) OthersCanRead() bool { return f.mode&0o044 != 0 }

// Position returns "FILE:LINE" of a key of a section; of the section if the
// key is empty or absent; and just "FILE" if the section is absent. It is how
// a caller begins an error about a value.
func (f *File) Position(section, key string) string {
	for _, p := range []place{{section, strings.ToLower(key)}, {section, ""}} {
		if line, ok := f.lines[p]; ok {
			return at(f.path, line)
		}
	}
	return f.path
}

// BackendOptions returns the keys, in lower case, and values of the section
// [backend.NAME], without the keys that are stormlock's own ("sha256"). The
// map is the caller's; it is empty if there is no such section.
func (f *File) BackendOptions(backend string) map[string]string {
	options := maps.Clone(f.sections[backendPrefix+backend])
	if options == nil {
		options = make(map[string]string)
	}
	delete(options, PinKey)
	return options
}

// Path returns the file's path, as it was found or named.
func (f *File) Path() string { return f.path }
