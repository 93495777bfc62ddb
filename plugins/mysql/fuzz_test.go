package mysql

import (
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// FuzzLeaseID is about ids as somebody typed them. What is none is not the
// current one, and no server is asked about it.
func FuzzLeaseID(f *testing.F) {
	b := openAt(f, Config{Host: "127.0.0.1", Port: "1", User: "lock", Database: "ops"})
	read := func(text string) (string, bool) {
		raw, ok := sdk.ParseID(text)
		return shownID(raw), ok
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		backendtest.Spellings(t, read, one, other)
		mine, ok := read(one)
		if ok {
			stored := row{found: true, sound: true, lease: mine, remains: 1}
			raw, also := sdk.ParseID(other)
			if got := also && stored.holds(raw); got != (also && shownID(raw) == mine) {
				t.Errorf("the row of %q is that of %q: %t", one, other, got)
			}
			return
		}
		typed := want("deploy")
		typed.ID = one
		backendtest.IsNoID(t, b, typed)
		if _, err := b.Acquire(t.Context(), typed); !errors.Is(err, sdk.ErrInvalid) {
			t.Errorf("acquire with %q: %v", one, err)
		}
	})
}

// FuzzAnswers is about what passes by on its way to the client library: nothing
// that claims more than it may gets there, however it is cut.
func FuzzAnswers(f *testing.F) {
	f.Fuzz(func(t *testing.T, answer []byte, cut uint16, rows bool) {
		at := min(int(cut), len(answer))
		var whole, parts incoming
		whole.expect(rows)
		parts.expect(rows)
		err := whole.follow(append([]byte(nil), answer...), false)
		inParts := parts.follow(append([]byte(nil), answer[:at]...), false)
		if inParts == nil {
			inParts = parts.follow(append([]byte(nil), answer[at:]...), false)
		}
		if (err == nil) != (inParts == nil) {
			t.Errorf("whole: %v, in parts: %v", err, inParts)
		}
		if len(answer) > ofHeader && answer[0]|answer[1]|answer[2] != 0 && answer[ofHeader] > mostColumns && answer[ofHeader] != beginsFault && err == nil {
			t.Error("a claim of columns got through")
		}
	})
}
