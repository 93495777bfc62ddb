package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// withoutNetwork returns a command that cannot download modules; as root on Linux it has
// no network at all.
func withoutNetwork(command ...string) []string {
	off := []string{"GOPROXY=off", "GOTOOLCHAIN=local"}
	if unshare, err := exec.LookPath("unshare"); err == nil && os.Geteuid() == 0 {
		off = append(off, unshare, "--net")
	}
	return append(off, command...)
}

// TestBuildNeedsNoNetwork: once the modules are there. Without them it would.
func TestBuildNeedsNoNetwork(t *testing.T) {
	bin := t.TempDir()
	build := []string{"make", "-s", "build", "BIN=" + bin}
	if got := run(t, slices.Concat([]string{"GOMODCACHE=" + t.TempDir()}, withoutNetwork(build...))...); got.err == nil {
		t.Error("it was built without modules, so this test shows nothing")
	}
	must(t, withoutNetwork(build...)...)
	if there := installed(t, bin); !slices.Contains(there, "stormlock") {
		t.Errorf("it built %q", there)
	}
}

// TestBuildFromAVendorFolder of the whole workspace.
func TestBuildFromAVendorFolder(t *testing.T) {
	checkout := t.TempDir()
	must(t, "scripts/copy.sh", checkout)
	must(t, "go", "-C", checkout, "work", "vendor")
	nothing := "GOMODCACHE=" + filepath.Join(checkout, "nothing")
	must(t, slices.Concat([]string{nothing}, withoutNetwork("make", "-s", "-C", checkout, "build", "VERSION=v1.2.3"))...)
	if there := installed(t, filepath.Join(checkout, "bin")); !slices.Contains(there, "stormlock-backend-redis") {
		t.Errorf("it built %q", there)
	}
}

// TestModulesBuildFromVendorFolders: each module with executables, by itself.
func TestModulesBuildFromVendorFolders(t *testing.T) {
	check := []string{"scripts/vendor-check.sh", published, "."}
	for _, name := range plugins(t) {
		check = append(check, "plugins/"+name)
	}
	must(t, check...)
}

func TestModuleThatDoesNotVendorIsNamed(t *testing.T) {
	got := run(t, "scripts/vendor-check.sh", published, "test/servers")
	wantFailure(t, got, "scripts/vendor-check.sh: ", "test/servers does not build from go mod vendor")
}
