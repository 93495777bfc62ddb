package nearmiss

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	settings := []string{"ttl", "principal", "backend"}
	redis := []string{"address", "password", "password_file", "tls", "db", "timeout"}
	for _, test := range []struct {
		word  string
		known []string
		want  string // "" for none
	}{
		{"tll", settings, "ttl"},
		{"tlt", settings, "ttl"},
		{"tt", settings, "ttl"},
		{"TTL", settings, "ttl"},
		{"ttl", settings, "ttl"},
		{"principle", settings, "principal"},
		{"backedn", settings, "backend"},
		{"back", settings, "backend"},
		{"backend_name", settings, "backend"},
		{"bakcedn", settings, "backend"},
		{"hostname", settings, ""},
		{"at", settings, ""}, // two slips from ttl, but nothing much is left of it
		{"x", settings, ""},
		{"b", settings, ""},
		{"", settings, ""},
		{"addr", redis, "address"},
		{"passwd", redis, "password"},
		{"password_fil", redis, "password_file"},
		{"passwort", redis, "password"},
		{"tsl", redis, "tls"},
		{"bd", redis, "db"},
		{"zeitüberschreitung", redis, ""},
		{"schlussel", []string{"schlüssel"}, "schlüssel"},
		{"cat", []string{"bat", "car"}, "bat"},
		{"car", []string{"bat", "cart", "car"}, "car"},
		{"ttl", nil, ""},
		{strings.Repeat("x", 1<<20), redis, ""},
	} {
		got, ok := Find(test.word, test.known)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Find(%.40q, %q) = %q, %v; want %q", test.word, test.known, got, ok, test.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "acb", 1},
		{"abcd", "badc", 2},
		{"kitten", "sitting", 3},
		{"ca", "abc", 3}, // alignment: no edit inside an exchanged pair
		{"é", "e", 1},
	} {
		if got := distance([]rune(test.a), []rune(test.b)); got != test.want {
			t.Errorf("distance(%q, %q) = %d; want %d", test.a, test.b, got, test.want)
		}
		if got := distance([]rune(test.b), []rune(test.a)); got != test.want {
			t.Errorf("distance(%q, %q) = %d; want %d", test.b, test.a, got, test.want)
		}
	}
}
