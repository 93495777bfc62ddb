package pluginhost

import (
	"fmt"
	"strings"

	"github.com/stormlock/stormlock/sdk/nearmiss"
)

// A NotFoundError says that no executable of a backend can be run.
type NotFoundError struct {
	Name     string   // the backend
	Invalid  bool     // no backend can have this name
	Known    []string // names of the backends that were found
	Unusable []error  // files of its name that cannot be run
}

func (e *NotFoundError) Error() string {
	if e.Invalid {
		return fmt.Sprintf("the name of a backend has lower-case letters, digits and single hyphens, at most %d in all%s", maxName, e.quoted())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "no executable %s%s on PATH", filePrefix, e.Name)
	for _, err := range e.Unusable {
		fmt.Fprintf(&b, "; %s", err)
	}
	if near, ok := nearmiss.Find(e.Name, e.Known); ok {
		fmt.Fprintf(&b, "; did you mean %q?", near)
	}
	if len(e.Known) == 0 {
		b.WriteString("; no backend at all was found: install a stormlock-backend-… package, or put its directory on PATH")
	} else {
		fmt.Fprintf(&b, "; found: %s", strings.Join(e.Known, ", "))
	}
	return b.String()
}

// quoted shows a name that is not valid, unless it looks like a URL with a
// password in the wrong line.
func (e *NotFoundError) quoted() string {
	if strings.ContainsAny(e.Name, ":@") || len(e.Name) > 2*maxName {
		return ""
	}
	return fmt.Sprintf(", unlike %q", e.Name)
}

// A RefusedError says why an executable that was found is not run.
type RefusedError struct {
	Path   string
	Reason string // ends in what to do, if anything can be done
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("will not run %s: %s", e.Path, e.Reason)
}

// A StartError says that a backend's executable did not get ready. Nothing
// was asked of it.
type StartError struct {
	Path   string
	Reason string
}

func (e *StartError) Error() string {
	return fmt.Sprintf("backend %s did not start: %s", e.Path, e.Reason)
}
