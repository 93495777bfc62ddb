package check

import (
	"fmt"
	"strings"
	"time"
)

// A Violation is something that no correct lock would have told.
type Violation struct {
	Checker string // which of them found it
	Text    string // one line
	Ops     []Op   // those that show it
}

// String is a line for the violation, and an indented one for each of its ops.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", v.Checker, v.Text)
	for _, op := range v.Ops {
		fmt.Fprintf(&b, "\n    %s", op)
	}
	return b.String()
}

func violation(checker string, ops []*Op, format string, args ...any) Violation {
	v := Violation{Checker: checker, Text: fmt.Sprintf(format, args...)}
	for _, op := range ops {
		v.Ops = append(v.Ops, *op)
	}
	return v
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }
