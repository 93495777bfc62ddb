package escape

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"ana@ops", "ana@ops"},
		{`C:\new "quoted" 'x' 100%`, `C:\new "quoted" 'x' 100%`},
		{"café, 数据库, дом, 🔒", "café, 数据库, дом, 🔒"},
		{"e\u0301 \u00a0 \ufe0f \ue000", "e\u0301 \u00a0 \ufe0f \ue000"},
		{"a\nb\tc\rd", `a\nb\tc\rd`},
		{"\x00\a\b\v\f\x1b[31m\x7f", `\x00\a\b\v\f\x1b[31m\x7f`},
		{"\u0080\u0085\u009b31m", `\u0080\u0085\u009b31m`},
		{"a\u202eb\u2066c\u200ed\u061c", `a\u202eb\u2066c\u200ed\u061c`},
		{"a\u200bb\u200dc\u2060d\ufeffe\u00adf", `a\u200bb\u200dc\u2060d\ufeffe\u00adf`},
		{"a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"\U000e0041x", `\U000e0041x`},
		{"\xff", `\xff`},
		{"a\xc3(\xe2\x82", `a\xc3(\xe2\x82`},
		{"\x9b31m", `\x9b31m`},
		{"\xed\xa0\x80", `\xed\xa0\x80`},
		{"\ufffd", "\ufffd"},
	} {
		if got := Text(test.in); got != test.want {
			t.Errorf("Text(%q) = %q; want %q", test.in, got, test.want)
		}
	}
}

func TestSafeTextIsNotCopied(t *testing.T) {
	text := strings.Repeat("ana 数据 🔒 ", 20)
	if n := testing.AllocsPerRun(100, func() { Text(text) }); n != 0 {
		t.Errorf("%v allocations for text without anything to escape; want 0", n)
	}
}

// FuzzText: the result is valid, visible and of one line; it is stable, and it
// is the text itself where that was so already.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "ana", "a\nb\tc", "\x1b[31m", "\u202e", "\xff\xfe", `\x1b`, "🔒\u200d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, s, Text(s), Text(Text(s)))
	})
}

func check(t *testing.T, s, got, again string) {
	bad := func(r rune) bool {
		return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) && !unicode.In(r, unicode.Co, unicode.Cn)
	}
	if !utf8.ValidString(got) || strings.ContainsFunc(got, bad) {
		t.Errorf("%q became %q, which is not safe", s, got)
	}
	if again != got {
		t.Errorf("%q became %q and that %q", s, got, again)
	}
	if utf8.ValidString(s) && !strings.ContainsFunc(s, bad) && got != s {
		t.Errorf("%q became %q without need", s, got)
	}
}
