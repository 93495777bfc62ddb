package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// Both limits are far beyond any real file and keep a wrong path harmless.
// That of lines is because the time that ini.v1 takes grows with their square:
// minutes for a megabyte of short ones, about a second for these.
const (
	maxSize  = 1 << 20
	maxLines = 20_000
)

// textOf reads a file's content as Python does that of a text, with line ends of
// all kinds turned into "\n". A byte order mark is dropped.
func textOf(path string, data []byte) (string, error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	if line := badLine(text); line > 0 {
		return "", fault(at(path, line), "text is not UTF-8 or holds a NUL; save the file as UTF-8")
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if strings.Count(text, "\n") > maxLines {
		return "", fault(path, "file has more than %d lines; this is no configuration file", maxLines)
	}
	return text, nil
}

// badLine returns the number of the first line that is not text, or 0.
func badLine(text string) int {
	line := 1
	for i, r := range text {
		invalid := r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd")
		switch {
		case r == 0, invalid:
			return line
		case r == '\n', r == '\r' && !strings.HasPrefix(text[i:], "\r\n"):
			line++
		}
	}
	return 0
}

func contents(path string, vet func(string, fs.FileInfo) error) ([]byte, fs.FileInfo, error) {
	if err := checkRegular(path); err != nil {
		return nil, nil, err
	}
	file, info, err := bounded.OpenRegular(path)
	if err != nil {
		return nil, nil, unreadable(path, err)
	}
	defer file.Close()
	if err := vet(path, info); err != nil {
		return nil, nil, err
	}
	data, err := readAll(path, file)
	return data, info, err
}

func readAll(path string, file io.Reader) ([]byte, error) {
	data, err := bounded.ReadAll(file, maxSize)
	if _, large := errors.AsType[*bounded.TooLargeError](err); large {
		return nil, fault(path, "file is larger than 1 MiB; this is no configuration file")
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	return data, nil
}

// checkRegular follows symbolic links; one that leads nowhere is an error.
func checkRegular(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return unreadable(path, err)
	}
	return regular(path, info)
}

func regular(path string, info fs.FileInfo) error {
	switch {
	case info.Mode().IsRegular():
		return nil
	case info.IsDir():
		return fault(path, "configuration file is a directory; move it away")
	}
	return fault(path, "configuration file is not a regular file; copy its text into one")
}

// unreadable leaves out the operation and path that the system's errors
// repeat.
func unreadable(path string, err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return fault(path, "configuration file cannot be read: %v", err)
}
