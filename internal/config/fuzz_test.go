package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// FuzzRead: whatever the file, Read gives an error of one line that matches
// sdk.ErrConfig, or what was laid out: ini.v1 neither loses, adds nor changes
// a section, key or value on the way. With the table taken from Python this is
// what holds the two parsers together when ini.v1 is updated.
func FuzzRead(f *testing.F) {
	for _, test := range pythonReads {
		f.Add(test.text)
	}
	f.Add("[default]\n\"\"\"a\"\"\" = b\n- = c\n`d` = `e\n")
	f.Add("[a]\nx = \"\"\"\n  `y\n\n  \"\"\"z\\\n")
	path := filepath.Join(f.TempDir(), "f.cfg")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Read(path)
		if err != nil {
			checkError(t, err)
			return
		}
		plain, err := textOf(path, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		sections, err := layOut(path, plain)
		if err != nil {
			t.Fatal(err)
		}
		checkSame(t, file, sections)
		_, err = file.Resolve("deploy")
		checkError(t, err)
	})
}

func checkError(t *testing.T, err error) {
	if err == nil {
		return
	}
	if !errors.Is(err, sdk.ErrConfig) || strings.ContainsAny(err.Error(), "\n\r\x1b") {
		t.Errorf("%q: want one line that matches sdk.ErrConfig", err)
	}
}

func checkSame(t *testing.T, f *File, sections []section) {
	if len(f.sections) != len(sections) {
		t.Errorf("%d sections were laid out, %d read", len(sections), len(f.sections))
	}
	for _, s := range sections {
		if len(f.sections[s.name]) != len(s.entries) {
			t.Errorf("section %q: %d keys were laid out, %d read", s.name, len(s.entries), len(f.sections[s.name]))
		}
		for _, e := range s.entries {
			want, _ := unescape(strings.TrimRight(strings.Join(e.value, "\n"), "\n"))
			if got, ok := f.sections[s.name][e.key]; !ok || got != want {
				t.Errorf("section %q: key %q reads as %q, %v; want %q", s.name, e.key, got, ok, want)
			}
		}
	}
}
