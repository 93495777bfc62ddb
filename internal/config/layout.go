package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A section and an entry are what a file holds, with the lines where they
// begin. Keys are in lower case.
type section struct {
	name    string
	line    int
	entries []entry
}

type entry struct {
	key   string
	line  int
	value []string // its lines, without the white space around each
}

// A layout finds the sections and keys of a file, line by line, by the rules
// of Python's configparser: a line that is indented deeper than the line of
// its key continues the value, even if it looks like a key or a section; a
// line that begins with # or ; is a comment wherever it stands; an empty line
// within a value is part of it.
//
// ini.v1 cannot do this part: it has other rules for all three and gives no
// line numbers. See parse.
type layout struct {
	path     string
	line     int
	indent   int // of the last line that began a section or key
	sections []section
	seen     map[place]int // line where it was first
}

// layOut refuses a section or key that is there twice, and everything that is
// neither a section, a key, a value nor a comment.
func layOut(path, text string) ([]section, error) {
	l := layout{path: path, seen: make(map[place]int)}
	for line := range strings.SplitSeq(text, "\n") {
		l.line++
		if err := l.add(line); err != nil {
			return nil, err
		}
	}
	return l.sections, nil
}

func (l *layout) add(line string) error {
	text := strings.TrimFunc(line, isSpace)
	indent := indentOf(line)
	current := l.entry()
	switch {
	case strings.HasPrefix(text, "#"), strings.HasPrefix(text, ";"):
		return nil
	case current != nil && (text == "" || indent > l.indent):
		current.value = append(current.value, text)
		return nil
	case text == "":
		return nil
	}
	l.indent = indent
	if text[0] == '[' {
		return l.header(text)
	}
	return l.key(text)
}

// entry returns the entry that a line could continue, or nil.
func (l *layout) entry() *entry {
	if len(l.sections) == 0 {
		return nil
	}
	entries := l.sections[len(l.sections)-1].entries
	if len(entries) == 0 {
		return nil
	}
	return &entries[len(entries)-1]
}

// header reads "[name]". What may follow is a comment; configparser ignores
// anything there, such as the key of "[deploy] ttl = 1h". Its versions
// disagree about a name that contains "]".
func (l *layout) header(text string) error {
	name, rest, closed := strings.Cut(text[1:], "]")
	rest = strings.TrimLeftFunc(rest, isSpace)
	switch {
	case !closed:
		return l.refuse("section has no closing bracket; write [NAME]")
	case name == "":
		return l.refuse("section has no name; write [NAME]")
	case rest != "" && rest[0] != '#' && rest[0] != ';':
		return l.refuse("text follows section %q; put it on a line of its own", name)
	case strings.Contains(rest, "]"):
		return l.refuse("comment after section %q contains %q; put it on a line of its own", name, "]")
	}
	l.sections = append(l.sections, section{name: name, line: l.line})
	return l.once(place{name, ""}, fmt.Sprintf("section %q", name))
}

// key never quotes the line: if it is not what it should be, it may be part
// of a secret.
func (l *layout) key(text string) error {
	if len(l.sections) == 0 {
		return l.refuse("line comes before the first section; put it under one, such as [default]")
	}
	end := strings.IndexAny(text, "=:")
	if end < 0 {
		return l.refuse("line is neither a section nor a key with a value; write [NAME] or KEY = VALUE, or indent it to continue a value")
	}
	key := strings.TrimRightFunc(text[:end], isSpace)
	if wrong := keyFault(key); wrong != "" {
		return l.refuse("%s; write KEY = VALUE", wrong)
	}
	key = strings.ToLower(key)
	last := &l.sections[len(l.sections)-1]
	value := strings.TrimLeftFunc(text[end+1:], isSpace)
	last.entries = append(last.entries, entry{key, l.line, []string{value}})
	return l.once(place{last.name, key}, fmt.Sprintf("key %q of section %q", key, last.name))
}

// keyFault refuses the names that ini.v1 takes for something else: quoted
// ones, and "-", which it numbers. Outside ASCII, Python and Go differ in
// which letters are the same in lower case.
func keyFault(key string) string {
	switch {
	case key == "":
		return "key has no name"
	case key == "-":
		return `key is named "-"`
	case key[0] == '"', key[0] == '`':
		return "key begins with a quote"
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }):
		return "key has a character that is not printable ASCII"
	}
	return ""
}

// once refuses what was there before.
func (l *layout) once(p place, what string) error {
	if first, ok := l.seen[p]; ok {
		return l.refuse("%s is there already, in line %d; keep one of them", what, first)
	}
	l.seen[p] = l.line
	return nil
}

func (l *layout) refuse(format string, args ...any) error {
	return fault(at(l.path, l.line), format, args...)
}

// indentOf counts characters, a tab as one, as configparser does.
func indentOf(line string) int {
	rest := strings.TrimLeftFunc(line, isSpace)
	return utf8.RuneCountInString(line[:len(line)-len(rest)])
}

// isSpace is Python's idea of white space, which has four controls more.
func isSpace(r rune) bool { return unicode.IsSpace(r) || '\x1c' <= r && r <= '\x1f' }
