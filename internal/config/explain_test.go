package config

import (
	"slices"
	"testing"
)

func TestExplain(t *testing.T) {
	f := read(t, "[default]\nbackend = redis\nrequire_pins = false\nmax_ttl = 2 hours\n[deploy]\nttl = 90 minutes\nreason = required\n[backend.redis]\nurl = redis://x\nsha256 = 00\n")
	f.self = func() string { return "ana@ops" }
	got, err := f.Explain("deploy")
	want := []Setting{
		{"", "backend", "redis", f.path + ":2"},
		{"", "principal", "ana@ops", ""},
		{"", "ttl", "1h30m", f.path + ":6"},
		{"", "max_ttl", "2h", f.path + ":4"},
		{"", "reason", "required", f.path + ":7"},
		{"", "require_pins", "false", f.path + ":3"},
		{"backend.redis", "url", "redis://x", f.path + ":9"},
		{"backend.redis", "sha256", "00", f.path + ":10"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Explain = %+v, %v; want %+v", got, err, want)
	}
	got, err = f.Explain("other")
	if err != nil || got[2] != (Setting{Key: "ttl"}) || got[4].Key != "require_pins" {
		t.Errorf("Explain without a TTL and a reason = %+v, %v", got, err)
	}
	f = read(t, "[default]\nbackend =\n")
	_, err = f.Explain("deploy")
	expect(t, "a fault", err, f.path+":2: ", "backend is empty")
}
