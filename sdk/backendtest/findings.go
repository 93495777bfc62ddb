package backendtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// Checked returns what a check finds, which must succeed and tell each finding in
// one line.
func Checked(t testing.TB, b sdk.Backend) []sdk.Finding {
	t.Helper()
	findings, err := b.Check(Context(t))
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	for _, f := range findings {
		if f.About == "" || f.Message == "" || strings.ContainsAny(f.About+f.Message, "\r\n") {
			t.Errorf("not one line: %+v", f)
		}
	}
	return findings
}

// Has reports whether there is a finding of this level whose message has a part.
func Has(findings []sdk.Finding, level sdk.Level, about, part string) bool {
	return slices.ContainsFunc(findings, func(f sdk.Finding) bool {
		return f.Level == level && f.About == about && strings.Contains(f.Message, part)
	})
}

// Finds checks that a check finds something.
func Finds(t testing.TB, b sdk.Backend, level sdk.Level, about, part string) {
	t.Helper()
	if findings := Checked(t, b); !Has(findings, level, about, part) {
		t.Errorf("no %s about %s with %q in %v", level, about, part, findings)
	}
}

// Spotless checks that a check finds everything to be well, and has looked at
// that much.
func Spotless(t testing.TB, b sdk.Backend, abouts ...string) {
	t.Helper()
	findings := Checked(t, b)
	for _, f := range findings {
		if f.Level != sdk.LevelOK {
			t.Errorf("%s: %s: %s", f.Level, f.About, f.Message)
		}
	}
	for _, about := range abouts {
		if !Has(findings, sdk.LevelOK, about, "") {
			t.Errorf("nothing about %s in %v", about, findings)
		}
	}
}

// Findings are what a check found, by what they are about.
type Findings map[string]sdk.Finding

// FindingsOf returns what a check finds, which must succeed, have one finding about
// each thing, and show no secret.
func FindingsOf(t testing.TB, b sdk.Backend, secret string) Findings {
	t.Helper()
	all := Findings{}
	for _, f := range Checked(t, b) {
		if _, twice := all[f.About]; twice {
			t.Errorf("two findings about %s", f.About)
		}
		if strings.Contains(f.Message, secret) {
			t.Errorf("%s: %q", f.About, f.Message)
		}
		all[f.About] = f
	}
	return all
}

// Say checks that there is a finding, and what it says.
func (all Findings) Say(t testing.TB, about string, level sdk.Level, parts ...string) {
	t.Helper()
	f, found := all[about]
	if !found || f.Level != level {
		t.Errorf("%s: %+v, want %s", about, f, level)
	}
	for _, part := range parts {
		if !strings.Contains(f.Message, part) {
			t.Errorf("%s: %q does not contain %q", about, f.Message, part)
		}
	}
}

// WellBut checks that there are no bad findings but for some.
func (all Findings) WellBut(t testing.TB, abouts ...string) {
	t.Helper()
	for about, f := range all {
		if f.Level != sdk.LevelOK && !slices.Contains(abouts, about) {
			t.Errorf("%+v", f)
		}
	}
}
