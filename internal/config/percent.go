package config

import (
	"regexp"
	"strings"
)

// reference is what configparser replaces by the value of another key.
var reference = regexp.MustCompile(`^%\([^)]+\)s`)

// unescape reads "%%" as "%", as configparser does. A lone "%" is an error
// there and data here, since passwords and URLs have them. A reference such as
// "%(host)s" is the value of another key there; the result is false then,
// because to take it for data would silently change what a file means.
func unescape(value string) (string, bool) {
	var text strings.Builder
	for {
		before, after, found := strings.Cut(value, "%")
		text.WriteString(before)
		if !found {
			return text.String(), true
		}
		if reference.MatchString(value[len(before):]) {
			return "", false
		}
		text.WriteByte('%')
		value = strings.TrimPrefix(after, "%")
	}
}
