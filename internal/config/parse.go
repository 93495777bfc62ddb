package config

import (
	"strings"

	"gopkg.in/ini.v1"
)

// options make ini.v1 read values as Python's configparser does. What no
// option sets right, plain does, which leaves some of these without effect;
// they stay so that each holds without the other. AllowNonUniqueSections and
// AllowShadows are not among them: layOut finds duplicates, with their lines.
func options(size int) ini.LoadOptions {
	return ini.LoadOptions{
		AllowPythonMultilineValues: true,
		IgnoreContinuation:         true, // a backslash at the end is data
		IgnoreInlineComment:        true, // and so is a # in a URL or password
		PreserveSurroundedQuote:    true,
		InsensitiveKeys:            true,
		KeyValueDelimiters:         "=:",
		// By default [a.b] takes from [a] what it lacks. No text has a NUL.
		ChildSectionDelimiter: "\x00",
		// Where the buffer ends, ini.v1 breaks a value off and reads the rest
		// of the line as a key.
		ReaderBufferSize: size,
	}
}

// parse reads the values of the sections by ini.v1. The text of its error is
// not passed on: it may quote a line, and so a secret, and what it numbers are
// the lines that plain wrote.
func parse(path string, sections []section) (map[string]map[string]string, error) {
	text := plain(sections)
	file, err := ini.LoadSources(options(len(text)), []byte(text))
	if err != nil {
		return nil, fault(path, "configuration file cannot be parsed; this is a bug of stormlock, so report the file with its secrets replaced")
	}
	values := make(map[string]map[string]string)
	for _, s := range sections {
		values[s.name], err = final(path, s, file.Section(s.name).KeysHash())
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// final gives the values of a section their final form.
func final(path string, s section, raw map[string]string) (map[string]string, error) {
	values := make(map[string]string, len(s.entries))
	for _, e := range s.entries {
		value, ok := unescape(joined(raw[e.key]))
		if !ok {
			return nil, fault(at(path, e.line), "value of %q refers to another key by %%(NAME)s, which is not supported; write that key's value, or %%%% for a percent sign", e.key)
		}
		values[e.key] = value
	}
	return values, nil
}

// continued begins each line of a value in what plain writes.
const continued = "\n\t"

// plain writes sections for ini.v1, each value beginning on the line after its
// key. There ini.v1 takes text as it is, while beside the key it takes a
// backquote or three quotes for its own syntax; a line that is not indented
// would end the value even where configparser sees a comment or an empty line.
func plain(sections []section) string {
	var text strings.Builder
	for _, s := range sections {
		text.WriteString("[" + s.name + "]\n")
		for _, e := range s.entries {
			text.WriteString(e.key + " =" + continued + strings.Join(e.value, continued) + "\n")
		}
	}
	return text.String()
}

// joined undoes what plain did to a value. Empty lines at the end are not part
// of it; one at the beginning is, in configparser.
func joined(value string) string {
	value = strings.TrimPrefix(value, continued)
	value = strings.ReplaceAll(value, continued, "\n")
	return strings.TrimRight(value, "\n")
}
