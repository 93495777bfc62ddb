package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
)

// FuzzResolve: whatever the file and the resource, a setting is what the
// resource's own section says, or else [default], and nothing else decides; no
// name of a resource reaches the sections that are not for resources.
func FuzzResolve(f *testing.F) {
	path := filepath.Join(f.TempDir(), "f.cfg")
	f.Fuzz(func(t *testing.T, text, resource string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Read(path)
		if err != nil || sdk.ValidateResource(resource) != nil {
			return
		}
		got, err := file.Resolve(resource)
		if err != nil {
			checkError(t, err)
			return
		}
		own := file.sections[resource]
		if strings.EqualFold(resource, "default") || strings.HasPrefix(resource, "backend.") {
			own = nil
		}
		expectSetting(t, "backend", got.Backend, own, file.sections["default"], "")
		expectSetting(t, "principal", got.Principal, own, file.sections["default"], file.self())
		shown := ""
		if got.TTL != 0 {
			shown = ttl.Format(got.TTL)
		}
		expectSetting(t, "ttl", shown, own, file.sections["default"], "")
		checkExplained(t, file, got)
	})
}

func expectSetting(t *testing.T, key, got string, own, defaults map[string]string, otherwise string) {
	t.Helper()
	want, ok := own[key]
	if !ok {
		want, ok = defaults[key]
	}
	if !ok {
		want = otherwise
	}
	if d, err := ttl.Parse(want); key == "ttl" && err == nil {
		want = ttl.Format(d)
	}
	if got != want {
		t.Errorf("%s is %q; want %q", key, got, want)
	}
}

// checkExplained: what is shown is what counts.
func checkExplained(t *testing.T, file *File, s Settings) {
	t.Helper()
	all, err := file.Explain(s.Resource)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"backend": s.Backend, "principal": s.Principal}
	for _, setting := range all {
		if value, ok := want[setting.Key]; ok && setting.Section == "" && setting.Value != value {
			t.Errorf("%s is shown as %q, but is %q", setting.Key, setting.Value, value)
		}
		if setting.Section != "" && setting.Section != "backend."+s.Backend {
			t.Errorf("section %q is shown for backend %q", setting.Section, s.Backend)
		}
	}
}
