// Package escape makes foreign text safe to show on a terminal.
//
// Principals, reasons, resources and messages come from stores and backends,
// which anybody with access can write to. Printed as they are, they could move
// the cursor, recolor the screen, forge a line of output or reverse its order.
//
// What is shown is for reading, not for reading back: a backslash stays as it
// is, so that the text `\n` and an escaped newline look the same. Machine
// readable output has its own, exact quoting.
package escape

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stormlock/stormlock/sdk"
)

// Text replaces every character of s that a terminal might act upon or not
// show, by its escape as in Go's source text: controls (tab and newline among
// them), format characters (bidirectional, zero-width), others that leave no mark
// (fillers, variation selectors), line and paragraph separators, and each byte
// that is not valid UTF-8. All else, accents, CJK and emoji among it, stays. The
// result is s itself if nothing is replaced.
func Text(s string) string {
	var text strings.Builder // copies nothing until there is something to escape
	done := 0                // s[:done] is in text
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		invalid := r == utf8.RuneError && size == 1
		if invalid || unsafe(r) {
			text.WriteString(s[done:i])
			text.WriteString(spell(s[i], r, invalid))
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return s
	}
	text.WriteString(s[done:])
	return text.String()
}

// unsafe reports whether a character leaves no mark, or a terminal could act upon
// it: what no resource can have in its name.
func unsafe(r rune) bool { return !sdk.Visible(r) }

// spell writes a C1 control as \u0085, never as \x85: that is a stray byte.
func spell(b byte, r rune, invalid bool) string {
	if invalid {
		return fmt.Sprintf(`\x%02x`, b)
	}
	quoted := strconv.QuoteRuneToASCII(r)
	return quoted[1 : len(quoted)-1]
}
