package config

import (
	"testing"
	"time"
)

// TestPolicy: a resource's own section is stronger than [default], also where it
// allows more.
func TestPolicy(t *testing.T) {
	f := read(t, "[default]\nbackend = redis\nmax_ttl = 4 hours\nreason = required\n[deploy]\nmax_ttl = 2d\nreason = optional\n[strict]\nmax_ttl = 30m\n")
	for resource, want := range map[string]struct {
		maxTTL      time.Duration
		reason      bool
		ttlRule     string
		reasonsRule string
	}{
		"other":   {4 * time.Hour, true, ":3: max_ttl = 4 hours", ":4: reason = required"},
		"default": {4 * time.Hour, true, ":3: max_ttl = 4 hours", ":4: reason = required"},
		"deploy":  {48 * time.Hour, false, ":6: max_ttl = 2d", ":7: reason = optional"},
		"strict":  {30 * time.Minute, true, ":9: max_ttl = 30m", ":4: reason = required"},
	} {
		got, err := f.Resolve(resource)
		if err != nil || got.MaxTTL != want.maxTTL || got.ReasonRequired != want.reason {
			t.Errorf("Resolve(%q) = %+v, %v; want %+v", resource, got, err, want)
		}
		if rule := f.Rule(resource, MaxTTLKey); rule != f.path+want.ttlRule {
			t.Errorf("rule of %q about TTLs: %q", resource, rule)
		}
		if rule := f.Rule(resource, ReasonKey); rule != f.path+want.reasonsRule {
			t.Errorf("rule of %q about reasons: %q", resource, rule)
		}
	}
	f = read(t, "[default]\nbackend = redis\n")
	if got, err := f.Resolve("r"); err != nil || got.MaxTTL != 0 || got.ReasonRequired || f.Rule("r", MaxTTLKey) != "" {
		t.Errorf("without rules: %+v, %v, %q", got, err, f.Rule("r", MaxTTLKey))
	}
}

func TestPolicyRefuses(t *testing.T) {
	const head = "[default]\nbackend = redis\n"
	for _, test := range []struct {
		why, text string
		line      string
		words     []string
	}{
		{"empty max_ttl", head + "max_ttl =\n", ":3: ", []string{`duration ""`}},
		{"empty max_ttl does not fall back", head + "max_ttl = 1h\n[deploy]\nmax_ttl =\n", ":5: ", []string{`duration ""`}},
		{"max_ttl without a unit", head + "max_ttl = 4\n", ":3: ", []string{`duration "4"`, "unit"}},
		{"no max_ttl", head + "max_ttl = none\n", ":3: ", []string{`duration "none"`}},
		{"empty reason", head + "reason =\n", ":3: ", []string{"neither required nor optional"}},
		{"empty reason does not fall back", head + "reason = required\n[deploy]\nreason =\n", ":5: ", []string{"neither"}},
		{"reason in another case", head + "reason = Required\n", ":3: ", []string{"neither"}},
		{"a reason itself", head + "reason = upgrade\n", ":3: ", []string{"-m"}},
		{"near miss", head + "max_tl = 1h\n", ":3: ", []string{`did you mean "max_ttl"?`}},
	} {
		f := read(t, test.text)
		_, err := f.Resolve("deploy")
		expect(t, test.why, err, f.path+test.line, test.words...)
	}
}
