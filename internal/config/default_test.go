package config

import (
	"slices"
	"testing"
)

const several = "[b]\nbackend = redis\n[a]\nbackend = etcd\n[c]\nbackend = redis\n[d]\nttl = 5m\n[e]\nbackend =\n[backend.local]\nbackend = x\n"

func TestDefaultBackend(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"[default]\nttl = 5m\n" + several: "",
		"[default]\nbackend = local\nttl = soon\n[deploy]\ncolor = red\n": "local",
	} {
		if got, err := read(t, text).DefaultBackend(); got != want || err != nil {
			t.Errorf("DefaultBackend of %q is %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestDefaultBackendRefuses(t *testing.T) {
	for line, word := range map[string]string{
		"backend =":      "backend is empty",
		"bakend = redis": `did you mean "backend"?`,
	} {
		f := read(t, "[default]\n"+line+"\n"+several)
		_, err := f.DefaultBackend()
		expect(t, line, err, f.path+":2: ", word)
	}
}

func TestOtherBackends(t *testing.T) {
	if got, want := read(t, "[default]\nbackend = local\n"+several).OtherBackends(), []string{"etcd", "redis"}; !slices.Equal(got, want) {
		t.Errorf("OtherBackends are %q, want %q", got, want)
	}
}
