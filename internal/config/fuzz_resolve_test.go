package config

import (
	"cmp"
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
		expectSetting(t, "ttl", shownTTL(got.TTL), own, file.sections["default"], "")
		expectSetting(t, "max_ttl", shownTTL(got.MaxTTL), own, file.sections["default"], "")
		if decides := orElse(own, file.sections["default"], "reason"); got.ReasonRequired != (decides == "required") {
			t.Errorf("a reason is required: %t; want %q", got.ReasonRequired, decides)
		}
		checkExplained(t, file, got)
	})
}

func expectSetting(t *testing.T, key, got string, own, defaults map[string]string, otherwise string) {
	t.Helper()
	want := cmp.Or(orElse(own, defaults, key), otherwise)
	if d, err := ttl.Parse(want); strings.HasSuffix(key, "ttl") && err == nil {
		want = ttl.Format(d)
	}
	if got != want {
		t.Errorf("%s is %q; want %q", key, got, want)
	}
}

// orElse is the value of a key in the first of two sections that has it.
func orElse(own, defaults map[string]string, key string) string {
	if value, ok := own[key]; ok {
		return value
	}
	return defaults[key]
}

// checkExplained: what is shown is what counts.
func checkExplained(t *testing.T, file *File, s Settings) {
	t.Helper()
	all, err := file.Explain(s.Resource)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"backend": s.Backend, "principal": s.Principal, "max_ttl": shownTTL(s.MaxTTL)}
	for _, setting := range all {
		if value, ok := want[setting.Key]; ok && setting.Section == "" && setting.Value != value {
			t.Errorf("%s is shown as %q, but is %q", setting.Key, setting.Value, value)
		}
		if setting.Section != "" && setting.Section != "backend."+s.Backend {
			t.Errorf("section %q is shown for backend %q", setting.Section, s.Backend)
		}
	}
}
