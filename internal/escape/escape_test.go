package escape

import (
	"encoding/json"
	"maps"
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
		{"e\u0301 \u00a0 \ue000", "e\u0301 \u00a0 \ue000"},
		{"a\u034fb\u115fc\u3164d\ufe0fe\U000e0100f", `a\u034fb\u115fc\u3164d\ufe0fe\U000e0100f`},
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

// bad says it in other words than unsafe: what leaves no mark, or acts.
func bad(r rune) bool {
	ignorable := unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
	return ignorable || unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) && !unicode.In(r, unicode.Co, unicode.Cn)
}

func check(t *testing.T, s, got, again string) {
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

// FuzzJSON: what is written reads as what it was made of, is valid JSON on one
// line, and has nothing that a terminal would act upon.
func FuzzJSON(f *testing.F) {
	f.Fuzz(func(t *testing.T, key, value string) {
		want := map[string]string{strings.ToValidUTF8(key, "\ufffd"): strings.ToValidUTF8(value, "\ufffd")}
		got, err := JSON(want)
		if err != nil {
			t.Fatal(err)
		}
		line, ended := strings.CutSuffix(string(got), "\n")
		if !ended || strings.ContainsFunc(line, bad) {
			t.Errorf("%q became %q, which is not safe", want, got)
		}
		var read map[string]string
		if err := json.Unmarshal(got, &read); err != nil || !maps.Equal(read, want) {
			t.Errorf("%q became %q, which reads as %q, %v", want, got, read, err)
		}
	})
}

func TestWriter(t *testing.T) {
	var b strings.Builder
	n, err := Writer(&b).Write([]byte("a\x1b[2J\nb\r\n"))
	if want := `a\x1b[2J` + "\n" + `b\r` + "\n"; b.String() != want || n != 9 || err != nil {
		t.Errorf("wrote %q, %d, %v; want %q", b.String(), n, err, want)
	}
}
