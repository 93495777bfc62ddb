package config

import (
	"testing"
	"time"
)

const example = `[default]
backend = redis
ttl = 2 hours

[deploy]
ttl = 30 minutes
principal = release-bot@ci

[db.main]
backend = postgres

[db]
ttl = 5m

[backend.redis]
ttl = 1d
principal = nobody
backend = nowhere
`

func TestResolve(t *testing.T) {
	f := read(t, example)
	f.self = func() string { return "ana@ops" }
	defaults := Settings{Principal: "ana@ops", Backend: "redis", TTL: 2 * time.Hour}
	for resource, want := range map[string]Settings{
		"deploy":        {Principal: "release-bot@ci", Backend: "redis", TTL: 30 * time.Minute},
		"db.main":       {Principal: "ana@ops", Backend: "postgres", TTL: 2 * time.Hour}, // not 5m of [db]
		"db":            {Principal: "ana@ops", Backend: "redis", TTL: 5 * time.Minute},
		"Deploy":        defaults,
		"other":         defaults,
		"default":       defaults,
		"DEFAULT":       defaults,
		"backend.redis": defaults,
		"backend.other": defaults,
	} {
		want.Resource, want.File = resource, f.path
		if got, err := f.Resolve(resource); got != want || err != nil {
			t.Errorf("Resolve(%q) = %+v, %v; want %+v", resource, got, err, want)
		}
	}
}

func TestResolveWithoutTTL(t *testing.T) {
	got, err := read(t, "[default]\nbackend = local\n").Resolve("deploy")
	if err != nil || got.TTL != 0 || got.Backend != "local" || got.Principal != self() {
		t.Errorf("Resolve = %+v, %v; want no TTL, backend local, principal %s", got, err, self())
	}
}

func TestResolveWithoutDefault(t *testing.T) {
	f := read(t, "[deploy]\nbackend = local\nprincipal = ana\n")
	if got, err := f.Resolve("deploy"); err != nil || got.Backend != "local" || got.Principal != "ana" {
		t.Errorf("Resolve = %+v, %v; want backend local, principal ana", got, err)
	}
	_, err := f.Resolve("other")
	expect(t, "no default", err, f.path+": ", `resource "other"`, "backend = NAME")
}

func TestResolveRefuses(t *testing.T) {
	const head = "[default]\nbackend = redis\n"
	for _, test := range []struct {
		why, text string
		line      string
		words     []string
	}{
		{"empty file", "", ": ", []string{"no backend", `resource "deploy"`, "[default]"}},
		{"no backend", "[default]\nttl = 1h\n", ":1: ", []string{"no backend"}},
		{"a backend section chooses none", "[backend.redis]\n[default]\n", ":2: ", []string{"no backend"}},
		{"empty backend", "[default]\nbackend =\n", ":2: ", []string{"backend is empty"}},
		{"empty backend does not fall back", head + "[deploy]\nbackend =\n", ":4: ", []string{"backend is empty"}},
		{"empty principal", head + "principal =\n", ":3: ", []string{"principal is empty"}},
		{"empty principal does not fall back", head + "principal = ana\n[deploy]\nprincipal:\n", ":5: ", []string{"principal is empty"}},
		{"empty ttl", head + "ttl =\n", ":3: ", []string{`duration ""`, "1h30m"}},
		{"ttl without a unit", head + "ttl = 30\n", ":3: ", []string{`duration "30"`, "unit"}},
		{"ttl out of bounds", head + "[deploy]\nttl = 11 hours\n\n  400000 days\n", ":4: ", []string{"duration"}},
		{"near miss", head + "[deploy]\ntll = 1h\n", ":4: ", []string{`unknown key "tll"; did you mean "ttl"?`}},
		{"near miss in default", "[default]\nbakend = redis\n", ":2: ", []string{`unknown key "bakend"; did you mean "backend"?`}},
		{"no near miss", head + "[deploy]\ncolor = red\n", ":4: ", []string{`"color"`, "backend, principal, ttl, max_ttl, reason"}},
		{"first of several", head + "z = 1\na = 1\nm = 1\n", ":3: ", []string{`unknown key "z"`}},
		{"pin outside a backend's section", head + "sha256 = 00\n", ":3: ", []string{`unknown key "sha256"`}},
	} {
		f := read(t, test.text)
		_, err := f.Resolve("deploy")
		expect(t, test.why, err, f.path+test.line, test.words...)
	}
}

// A slip in the section of one resource stops nobody from locking another.
func TestResolveJudgesOnlyWhatItUses(t *testing.T) {
	f := read(t, "[default]\nbackend = redis\nttl = soon\n[deploy]\nttl = 1h\n[broken]\ncolor = red\nttl = x\n")
	got, err := f.Resolve("deploy")
	if err != nil || got.TTL != time.Hour {
		t.Errorf("Resolve = %+v, %v; want a TTL of 1h", got, err)
	}
	_, err = f.Resolve("broken")
	expect(t, "broken", err, f.path+":7: ", `unknown key "color"`)
}
