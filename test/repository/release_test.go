package repository_test

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// releaseCheck runs make release-check over the core and some backends. The
// build cache is shared, and what is compiled is in it, so that the rest is quick.
func releaseCheck(t *testing.T, dist, backends string, flags ...string) result {
	t.Helper()
	needTool(t, "cyclonedx-gomod")
	cache := strings.TrimSpace(must(t, "go", "env", "GOCACHE"))
	args := []string{"RELEASE_GOCACHE=" + cache, "make", "release-check", "DIST=" + dist, "BACKENDS=" + backends}
	return run(t, append(args, flags...)...)
}

func TestReleaseIsTheSameInTwoBuilds(t *testing.T) {
	dist := t.TempDir()
	got := releaseCheck(t, dist, "local")
	if got.err != nil || !strings.Contains(got.stdout, "2 executables, the same in two builds") {
		t.Fatalf("%v: %s%s", got.err, got.stdout, got.stderr)
	}
	names := []string{"stormlock", "stormlock-backend-local"}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { checkSBOM(t, filepath.Join(dist, name)) })
	}
	for _, name := range names {
		checkSum(t, dist, name)
		checkSum(t, dist, name+".cdx.json")
	}
}

// component is a module in an SBOM.
type component struct{ Name, Version string }

// checkSBOM holds the SBOM of an executable to what Go says is in it.
func checkSBOM(t *testing.T, executable string) {
	info, err := buildinfo.ReadFile(executable)
	if err != nil {
		t.Fatal(err)
	}
	var sbom struct {
		BOMFormat  string
		Metadata   struct{ Component component }
		Components []component
	}
	text, err := os.ReadFile(executable + ".cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &sbom); err != nil || sbom.BOMFormat != "CycloneDX" {
		t.Fatalf("%v, format %q; want CycloneDX", err, sbom.BOMFormat)
	}
	if sbom.Metadata.Component.Name != info.Main.Path {
		t.Errorf("it is of %s; want %s", sbom.Metadata.Component.Name, info.Main.Path)
	}
	checkComponents(t, sbom.Components, info.Deps)
}

func checkComponents(t *testing.T, got []component, deps []*debug.Module) {
	t.Helper()
	named := make(map[component]bool)
	for _, component := range got {
		named[component] = true
	}
	if len(deps) == 0 {
		t.Error("Go names no modules")
	}
	for _, dep := range deps {
		if !named[component{dep.Path, dep.Version}] {
			t.Errorf("%s %s is not in the SBOM", dep.Path, dep.Version)
		}
	}
}

// checkSum holds a line of SHA256SUMS to the file.
func checkSum(t *testing.T, dist, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dist, name))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	if line := fmt.Sprintf("%x  %s\n", sha256.Sum256(data), name); !strings.Contains(string(sums), line) {
		t.Errorf("SHA256SUMS lacks %q:\n%s", line, sums)
	}
}

// stamp is flags that put a text into the executable.
func stamp(text string) string {
	return `GOFLAGS_BUILD=-tags grpcnotrace -trimpath -buildvcs=false -ldflags "-s -w -X github.com/stormlock/stormlock/sdk/buildinfo.version=` + text + `"`
}

func TestReleaseThatDiffersIsRefused(t *testing.T) {
	got := releaseCheck(t, t.TempDir(), "", stamp("$(CURDIR)"))
	wantFailure(t, got, "make release-check: ", "stormlock differs between two builds")
}

// The module cache is at the same place for both builds.
func TestReleaseWithAPathOfTheMachineIsRefused(t *testing.T) {
	cache := strings.TrimSpace(must(t, "go", "env", "GOMODCACHE"))
	got := releaseCheck(t, t.TempDir(), "", stamp(cache+"/x"))
	wantFailure(t, got, "make release-check: ", "stormlock holds the path "+cache)
}

func TestReleaseVersionIsNoPath(t *testing.T) {
	got := releaseCheck(t, t.TempDir(), "", "VERSION=/home/ana/stormlock")
	wantFailure(t, got, "make release-check: ", `the version "/home/ana/stormlock" looks like a path`)
}
