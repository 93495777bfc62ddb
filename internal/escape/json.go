package escape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns the JSON text of a value, on one line, in which every character
// that [Text] replaces is written as JSON's own escape: a program reads the same
// value, and a terminal has nothing to act upon.
func JSON(value any) ([]byte, error) {
	var encoded bytes.Buffer
	enc := json.NewEncoder(&encoded)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	line := encoded.Bytes()
	var text bytes.Buffer // gets nothing until there is something to escape
	done := 0             // line[:done] is in text
	for i := 0; i < len(line)-1; {
		r, size := utf8.DecodeRune(line[i:]) // json.Encoder writes valid UTF-8 only
		if unsafe(r) {
			text.Write(line[done:i])
			writeEscaped(&text, r)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return line, nil
	}
	text.Write(line[done:])
	return text.Bytes(), nil
}

// writeEscaped writes a character that can only be within a string.
func writeEscaped(text *bytes.Buffer, r rune) {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		fmt.Fprintf(text, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(text, `\u%04x`, r)
}
