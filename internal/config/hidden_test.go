package config

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestHidden(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	env := Env{Dir: dir, Getenv: func(name string) string { return map[string]string{"HOME": home}[name] }}
	places := Places(env)
	if got := Hidden("", env); got != nil {
		t.Errorf("of no files: %q", got)
	}
	for _, path := range places[1:] {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := Hidden("", env); !slices.Equal(got, places[2:]) {
		t.Errorf("%q hide %q, want %q", places[1], got, places[2:])
	}
	if got := Hidden(places[2], env); got != nil {
		t.Errorf("of a file that was named: %q", got)
	}
}
