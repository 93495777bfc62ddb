package config

import (
	"testing"

	"gopkg.in/ini.v1"
)

// Each option is checked on text that plain has not touched.
func TestOptions(t *testing.T) {
	for _, test := range []struct{ why, text, section, key, want string }{
		{"inline comment", "[a]\nk = x # y ; z\n", "a", "k", "x # y ; z"},
		{"backslash", "[a]\nk = x\\\nl = y\n", "a", "k", `x\`},
		{"quotes", "[a]\nk = \"x\"\nl = 'y'\n", "a", "l", "'y'"},
		{"case of keys", "[a]\nKey = x\n", "a", "key", "x"},
		{"case of sections", "[A]\nk = x\n[a]\nk = y\n", "A", "k", "x"},
		{"delimiters", "[a]\nk: x = y\n", "a", "k", "x = y"},
		{"lines", "[a]\nk = x\n  y\n", "a", "k", "x\n  y"},
		{"no parents", "[a]\nk = x\n[a.b]\nl = y\n", "a.b", "k", ""},
	} {
		f, err := ini.LoadSources(options(0), []byte(test.text))
		if err != nil {
			t.Errorf("%s: %v", test.why, err)
			continue
		}
		if got := f.Section(test.section).Key(test.key).Value(); got != test.want {
			t.Errorf("%s: %q; want %q", test.why, got, test.want)
		}
	}
}
