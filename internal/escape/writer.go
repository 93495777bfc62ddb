package escape

import (
	"io"
	"strings"
)

// Writer returns a writer that escapes each line that is written through it, so
// that what a log quotes cannot act on a terminal. Newlines stay.
func Writer(w io.Writer) io.Writer { return lines{w} }

type lines struct{ to io.Writer }

func (l lines) Write(b []byte) (int, error) {
	text := strings.Split(string(b), "\n")
	for i := range text {
		text[i] = Text(text[i])
	}
	if _, err := io.WriteString(l.to, strings.Join(text, "\n")); err != nil {
		return 0, err
	}
	return len(b), nil
}
