//go:build unix

package config

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"testing/iotest"
)

func TestReadNeedsARegularFile(t *testing.T) {
	root := tree(t, "dir/", "gone -> nothing", "null -> /dev/null", "file")
	fifo := filepath.Join(root, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, word := range map[string]string{
		"dir":     "is a directory",
		"fifo":    "not a regular file",
		"null":    "not a regular file",
		"gone":    "cannot be read: no such file or directory",
		"missing": "cannot be read: no such file or directory",
		"file/x":  "cannot be read: not a directory",
	} {
		path := filepath.Join(root, name)
		_, err := Read(path)
		expect(t, name, err, path+": ", word)
	}
}

// A file can also break while it is read.
func TestReadAllFails(t *testing.T) {
	_, err := readAll("f.cfg", iotest.ErrReader(errors.New("input/output error")))
	expect(t, "broken disk", err, "f.cfg: ", "cannot be read: input/output error")
}

func TestBadLine(t *testing.T) {
	for text, want := range map[string]int{
		"":                   0,
		"a\nb\r\nc\rd":       0,
		"\ufffd":             0,
		"\x00":               1,
		"a\n\xff":            2,
		"a\r\nb\r\n\x00":     3,
		"a\rb\r\xc3\x28":     3,
		"a\n\r\xe2\x82\n":    3,
		"\ufffd\n\ufffd\xf0": 2,
	} {
		if got := badLine(text); got != want {
			t.Errorf("badLine(%q) = %d; want %d", text, got, want)
		}
	}
}
