package main

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/stormlock/stormlock/internal/terminal"
)

// A shell types a completion for whoever pressed TAB, in part without quoting it: of
// several that begin alike, bash inserts the beginning as it is. What others have
// named $(…) would be carried out. So only such words are offered as no shell reads
// anything into; the others have to be typed.

// typeable reports whether a word stands for itself in bash, zsh, fish and
// PowerShell.
func typeable(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) &&
		!strings.ContainsAny(word[:1], "-+:=%@.~")
}

// plain reports whether a character means nothing to a shell within a word.
func plain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_-./:@+=%", r)
}

// maxAbout bounds what is said about a word, in characters.
const maxAbout = 60

// described is a suggestion as cobra's scripts take it. What is said about the word
// is for reading alone, but bash can insert its beginning too, if two words differ in
// nothing but upper and lower case and it was told to ignore that.
func described(s suggestion) string {
	about := strings.Map(func(r rune) rune {
		if plain(r) || r == ' ' || r == ',' {
			return r
		}
		return '_'
	}, s.about)
	return strings.TrimSuffix(s.word+"\t"+terminal.Cut(about, maxAbout), "\t")
}

// shellWords splits a line into words as a shell does, but carries out nothing and
// puts in no variables. A quotation may be open at the end.
func shellWords(line string) []string {
	var s splitter
	for _, r := range line {
		s.read(r)
	}
	return s.end()
}

// A splitter reads a line character by character.
type splitter struct {
	words   []string
	word    []rune
	inside  bool // of a word
	quote   rune // 0 outside of quotation marks
	escaped bool
	home    bool // the word begins with an unquoted ~
}

func (s *splitter) read(r rune) {
	switch {
	case s.escaped:
		if s.quote == '"' && !strings.ContainsRune("\"\\$`", r) {
			s.add('\\')
		}
		s.escaped = false
		s.add(r)
	case r == '\\' && s.quote != '\'':
		s.escaped = true
	case s.quote != 0 && r == s.quote:
		s.quote = 0
	case s.quote == 0 && (r == '"' || r == '\''):
		s.quote, s.inside = r, true
	case s.quote == 0 && unicode.IsSpace(r):
		s.finish()
	default:
		s.home = s.home || !s.inside && r == '~'
		s.add(r)
	}
}

func (s *splitter) add(r rune) {
	s.word, s.inside = append(s.word, r), true
}

// finish ends a word, if there is one.
func (s *splitter) finish() {
	if s.inside {
		s.words = append(s.words, s.inHome(string(s.word)))
	}
	s.word, s.inside, s.home = nil, false, false
}

// inHome puts the home directory in the place of ~/, for the sake of -c.
func (s *splitter) inHome(word string) string {
	rest, ok := strings.CutPrefix(word, "~/")
	home, err := os.UserHomeDir()
	if !s.home || !ok || err != nil {
		return word
	}
	return filepath.Join(home, rest)
}

func (s *splitter) end() []string {
	s.finish()
	return s.words
}
