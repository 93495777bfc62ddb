package repository_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestPackageVersions: what is later in this list is the newer package.
func TestPackageVersions(t *testing.T) {
	older := ""
	for _, v := range []struct{ version, want string }{
		{"870c826-dirty", "0~870c826+dirty"},
		{"devel", "0~devel"},
		{"v0.1.0", "0.1.0"},
		{"v1.0.0-alpha-2", "1.0.0~alpha.2"},
		{"v1.0.0-rc.1", "1.0.0~rc.1"},
		{"v1.0.0-rc.1-5-gabc1234", "1.0.0~rc.1+5.gabc1234"},
		{"v1.0.0-rc.2", "1.0.0~rc.2"},
		{"1.0.0", "1.0.0"},
		{"v1.0.0-5-gabc1234", "1.0.0+5.gabc1234"},
		{"v1.0.0-5-gabc1234-dirty", "1.0.0+5.gabc1234.dirty"},
		{"v1.0.0-10-gabc1234", "1.0.0+10.gabc1234"},
		{"v1.0.1-dirty", "1.0.1+dirty"},
		{"v1.0.2+b_1-dirty", "1.0.2+b.1.dirty"},
	} {
		got := strings.TrimSpace(must(t, "scripts/package-version.sh", v.version))
		if got != v.want {
			t.Errorf("%s is %q; want %q", v.version, got, v.want)
		}
		wantNewer(t, got, older)
		older = got
	}
}

// wantNewer asks dpkg, where there is one.
func wantNewer(t *testing.T, newer, older string) {
	t.Helper()
	dpkg, err := exec.LookPath("dpkg")
	if err != nil || older == "" {
		return
	}
	if err := exec.Command(dpkg, "--compare-versions", newer, "gt", older).Run(); err != nil {
		t.Errorf("to dpkg %s is not newer than %s", newer, older)
	}
}
