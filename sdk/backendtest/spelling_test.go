package backendtest

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// readID is what a backend should do.
func readID(text string) (string, bool) {
	raw, ok := sdk.ParseID(text)
	return hex.EncodeToString(raw[:]), ok
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	const id, uuid = "0123456789abcdef0123456789ABCDEF", "01234567-89ab-cdef-0123-456789abcdef"
	texts := []string{id, uuid, strings.Replace(id, "1", "2", 1), "deploy", ""}
	for name, c := range map[string]struct {
		read func(string) (string, bool)
		want bool
	}{
		"right":           {readID, false},
		"nothing is one":  {func(string) (string, bool) { return "", false }, false},
		"shows no id":     {func(text string) (string, bool) { return "id " + text, len(text) > 30 && text[0] == '0' }, true},
		"case counts":     {func(text string) (string, bool) { return text, len(text) > 30 }, true},
		"all are one":     {func(string) (string, bool) { return id, true }, true},
		"hyphens count":   {func(text string) (string, bool) { return strings.ToLower(text), true }, true},
		"only the length": {func(text string) (string, bool) { return strings.Repeat("0", len(text)), true }, true},
	} {
		if got := fails(t, func(t testing.TB) { Spellings(t, c.read, texts...) }); got != c.want {
			t.Errorf("%s: fails = %t, want %t", name, got, c.want)
		}
	}
}
