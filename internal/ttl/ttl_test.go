package ttl

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stormlock/stormlock/sdk"
)

const day = 24 * time.Hour

func TestParse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"4s":                            4 * time.Second,
		"1s":                            sdk.MinTTL,
		"30 minutes":                    30 * time.Minute,
		"30m":                           30 * time.Minute,
		"30mi":                          30 * time.Minute,
		"1 days":                        day,
		"1d":                            day,
		"2 hour":                        2 * time.Hour,
		"1h30m":                         90 * time.Minute,
		"1 day 12 hours":                36 * time.Hour,
		"  1\td12 h\t":                  36 * time.Hour,
		"30m1h":                         90 * time.Minute,
		"1d2h3m4s":                      day + 2*time.Hour + 3*time.Minute + 4*time.Second,
		"0h 5s":                         5 * time.Second,
		"007s":                          7 * time.Second,
		"3650d":                         sdk.MaxTTL,
		"315360000s":                    sdk.MaxTTL,
		"0000000000000000000000000090m": 90 * time.Minute,
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "is empty",
		" \t ":                  "is empty",
		"30":                    "without a unit; write numbers with days, hours, minutes or seconds, such as 30m",
		"1h 30":                 "without a unit",
		"1 0 m":                 "without a unit",
		"0s":                    "out of bounds; accepted are 1 second to 10 years (3650 days)",
		"0d0h":                  "out of bounds",
		"-5m":                   "minus sign",
		"1h-5m":                 `unknown unit "h-"`,
		"+5m":                   `no number before "+5m"`,
		"1.5h":                  `unknown unit "."`,
		"5 weeks":               `unknown unit "weeks"`,
		"5mo":                   `unknown unit "mo"`,
		"5M":                    `unknown unit "M"`,
		"5minutess":             `unknown unit "minutess"`,
		"1 d ays":               `no number before "ays"`,
		"h":                     `no number before "h"`,
		"1h 2hours":             "gives hours twice",
		"1m 2 m":                "gives minutes twice",
		"3651d":                 "out of bounds",
		"3650d1s":               "out of bounds",
		"99999999999999999999s": "out of bounds",
		"9223372036854775807d":  "out of bounds",
		"٣m":                    "digit other than 0 to 9",
		"1h３m":                  "digit other than 0 to 9",
		"5\u00a0m":              "unknown unit",
		"5m\n":                  "unknown unit",
		"\xff":                  "no number",
		"1\xff":                 "unknown unit",
	} {
		got, err := Parse(text)
		switch {
		case err == nil:
			t.Errorf("Parse(%q) = %v; want an error", text, got)
		case !errors.Is(err, sdk.ErrInvalid), !strings.Contains(err.Error(), want), strings.ContainsAny(err.Error(), "\n") || !utf8.ValidString(err.Error()):
			t.Errorf("Parse(%q): %v; want one line with %q", text, err, want)
		}
	}
}

func TestFormat(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                "0s",
		-time.Hour:                       "0s",
		999 * time.Millisecond:           "0s",
		time.Second:                      "1s",
		1999 * time.Millisecond:          "1s",
		59*time.Minute + 60*time.Second:  "1h",
		90 * time.Minute:                 "1h30m",
		48 * time.Hour:                   "2d",
		day + time.Second:                "1d1s",
		sdk.MaxTTL:                       "3650d",
		time.Duration(math.MaxInt64):     "106751d23h47m16s",
		time.Duration(math.MinInt64):     "0s",
		25*time.Hour + 61*time.Second/60: "1d1h1s",
	} {
		if got := Format(d); got != want {
			t.Errorf("Format(%d) = %q; want %q", d, got, want)
		}
	}
}

// FuzzParse: whatever is accepted is a valid TTL whose formatted form reads
// back as the same one; whatever is not, is quoted on one line.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "1h30m", "1 day 12 hours", "30", "5 weeks", "-1s", "٣m", "99999999999999999999s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("Parse(%q): %q has a control character", text, err)
			}
			return
		}
		if err := sdk.ValidateTTL(got); err != nil {
			t.Errorf("Parse(%q) = %v: %v", text, got, err)
		}
		if again, err := Parse(Format(got)); err != nil || again != got {
			t.Errorf("Parse(Format(%v)) = %v, %v", got, again, err)
		}
	})
}

// FuzzFormat: every valid TTL reads back as itself.
func FuzzFormat(f *testing.F) {
	for _, seconds := range []uint32{1, 59, 60, 3600, 5400, 86399, 86400, 315360000} {
		f.Add(seconds)
	}
	f.Fuzz(func(t *testing.T, seconds uint32) {
		d := time.Duration(seconds) * time.Second
		if sdk.ValidateTTL(d) != nil {
			t.Skip("not a valid TTL")
		}
		if got, err := Parse(Format(d)); err != nil || got != d {
			t.Errorf("Parse(%q) = %v, %v; want %v", Format(d), got, err, d)
		}
	})
}
