package redis

import (
	"errors"
	"testing"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// What an answer claims is found in whatever pieces it comes; texts in it claim
// nothing, whatever they look like.
func TestClaimsOfAnAnswer(t *testing.T) {
	t.Parallel()
	for answer, cost := range map[string]int64{
		"+OK\r\n": 0, "-ERR $99\r\n": 0, ":99\r\n": 0, "$-1\r\n": 0, "*-1\r\n": perList,
		"$0\r\n\r\n":                           0,
		"$0\r\n\r\n$3\r\nabc\r\n":              3,
		"$13\r\n*999999999\r\n\r\n":            13,
		"$4\r\n\r\n*9\r\n+x\r\n":               4,
		"*0\r\n":                               perList,
		"*2\r\n$1\r\n*\r\n*1\r\n:1\r\n":        2*perList + 3*perItem + 1,
		"%2\r\n+a\r\n:1\r\n+b\r\n$2\r\nxy\r\n": perList + 4*perItem + 2,
		"+" + "a long line, longer than any length could be" + "\r\n$7\r\n": 7,
	} {
		for size := 1; size <= len(answer); size++ {
			c := &claiming{most: 1000}
			for rest := []byte(answer); len(rest) > 0; rest = rest[min(size, len(rest)):] {
				if err := c.follow(rest[:min(size, len(rest))]); err != nil {
					t.Errorf("%q: %v", answer, err)
				}
			}
			if got := c.claimed.Load(); got != cost {
				t.Errorf("%q in pieces of %d claims %d, want %d", answer, size, got, cost)
			}
		}
	}
	for _, answer := range []string{
		"$1001\r\n", "$9999999999999999999999999999\r\n", "$x\r\n", "$\r\n", "*60\r\n", "%30\r\n", "*9223372036854775807\r\n",
		"*50\r\n*1\r\n", "$00000000000000000000000000000000000007\r\n",
	} {
		if err := (&claiming{most: 1000}).follow([]byte(answer)); !errors.Is(err, bounded.ErrFlood) {
			t.Errorf("%q: %v", answer, err)
		}
	}
}
