package pluginhost

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// maxTail is how much of a plugin's stderr is kept, in bytes.
const maxTail = 4 << 10

// tail keeps the end of what a plugin writes on stderr, and passes whole lines
// on to a log.
type tail struct {
	log  func(line string) // may be nil
	most int               // how much a plugin may write, in bytes
	over func()            // called once it has written more

	mu    sync.Mutex
	size  int // of all that was written
	end   []byte
	begun []byte // a line that is not finished
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.size += len(b); t.size > t.most {
		if t.size-len(b) <= t.most {
			t.over()
		}
		return len(b), nil // it is being stopped
	}
	t.end = append(t.end, b...)
	if over := len(t.end) - maxTail; over > 0 {
		t.end = append([]byte(nil), t.end[over:]...)
	}
	if t.log != nil {
		t.passOn(b)
	}
	return len(b), nil
}

func (t *tail) passOn(b []byte) {
	for {
		line, rest, found := bytes.Cut(b, []byte("\n"))
		t.begun = append(t.begun, line...)
		if !found && len(t.begun) <= maxTail {
			return
		}
		t.log(string(t.begun))
		t.begun, b = t.begun[:0], rest
	}
}

// quoted is the last words, if there are any, as the end of a message.
func (t *tail) quoted() string {
	if words := t.lastWords(); words != "" {
		return fmt.Sprintf("; it said: %q", words)
	}
	return ""
}

// lastWords returns the last line that says something: of a Go panic the line
// that begins with "panic:", which is followed by stacks.
func (t *tail) lastWords() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := ""
	for line := range strings.Lines(string(t.end)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			return line
		}
		if line != "" {
			last = line
		}
	}
	return last
}
