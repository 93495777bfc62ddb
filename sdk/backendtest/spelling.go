package backendtest

import (
	"strings"
	"testing"
)

// Spellings checks how a backend reads two texts as lease ids. read returns the
// spelling in which the backend shows the id, or false for what is none. Each id
// has one shown spelling, which reads as itself; and two texts are one id exactly
// if they differ in nothing but case, hyphens and zeros left out in front.
func Spellings(t testing.TB, read func(text string) (shown string, ok bool), texts ...string) {
	t.Helper()
	for _, one := range texts {
		shown, ok := read(one)
		if !ok {
			continue
		}
		for _, spelled := range []string{shown, strings.ToUpper(one), strings.ToLower(one), strings.ToUpper(shown)} {
			if again, ok := read(spelled); !ok || again != shown {
				t.Errorf("%q is shown as %q, but %q reads as %q, %t", one, shown, spelled, again, ok)
			}
		}
		for _, other := range texts {
			if also, ok := read(other); ok && (also == shown) != (plain(other) == plain(one)) {
				t.Errorf("%q reads as %q and %q as %q", one, shown, other, also)
			}
		}
	}
}

func plain(id string) string {
	return strings.TrimLeft(strings.ReplaceAll(strings.ToLower(id), "-", ""), "0")
}
