package repository_test

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// platform is the one that releases are built for here.
const platform = runtime.GOOS + "/" + runtime.GOARCH

// releaseCheck runs make release-check over the core and some backends. The
// build cache is shared, and what is compiled is in it, so that the rest is quick.
func releaseCheck(t *testing.T, dist, backends string, flags ...string) result {
	t.Helper()
	needTool(t, "cyclonedx-gomod")
	needTool(t, "nfpm")
	cache := strings.TrimSpace(must(t, "go", "env", "GOCACHE"))
	args := []string{"RELEASE_GOCACHE=" + cache, "make", "release-check", "PLATFORMS=" + platform, "DIST=" + dist, "BACKENDS=" + backends}
	return run(t, append(args, flags...)...)
}

// TestRelease builds a release of version 1.2.3 twice, and looks at what is in it.
func TestRelease(t *testing.T) {
	dist := t.TempDir()
	got := releaseCheck(t, dist, "local postgres", "VERSION=v1.2.3")
	if got.err != nil || !strings.Contains(got.stdout, "13 files, the same in two builds") {
		t.Fatalf("%v: %s%s", got.err, got.stdout, got.stderr)
	}
	t.Run("sums", func(t *testing.T) { checkSums(t, dist) })
	for _, name := range []string{"stormlock", "stormlock-backend-local", "stormlock-backend-postgres"} {
		t.Run(name, func(t *testing.T) { checkPackage(t, dist, name) })
	}
	t.Run("unpacked", func(t *testing.T) { checkUnpacked(t, dist) })
}

// checkSums holds SHA256SUMS to the files.
func checkSums(t *testing.T, dist string) {
	sums := string(readFile(t, filepath.Join(dist, "SHA256SUMS")))
	for _, name := range installed(t, dist) {
		line := fmt.Sprintf("%x  %s\n", sha256.Sum256(readFile(t, filepath.Join(dist, name))), name)
		if name != "SHA256SUMS" && !strings.Contains(sums, line) {
			t.Errorf("SHA256SUMS lacks %q:\n%s", line, sums)
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// component is a module in an SBOM.
type component struct{ Name, Version string }

// checkSBOM holds the SBOM of an executable to what Go says is in it.
func checkSBOM(t *testing.T, text []byte, info *buildinfo.BuildInfo) {
	t.Helper()
	var sbom struct {
		BOMFormat  string
		Metadata   struct{ Component component }
		Components []component
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

// stamp is flags that put a text into the executable.
func stamp(text string) string {
	return `GOFLAGS_BUILD=-tags grpcnotrace -trimpath -buildvcs=false -ldflags "-s -w -X github.com/stormlock/stormlock/sdk/buildinfo.version=` + text + `"`
}

func TestReleaseThatDiffersIsRefused(t *testing.T) {
	got := releaseCheck(t, t.TempDir(), "", stamp("$(shell date +%N)"))
	wantFailure(t, got, "make release-check: ", "stormlock", "differs between two builds")
}

func TestReleaseWithItsFolderIsRefused(t *testing.T) {
	got := releaseCheck(t, t.TempDir(), "", stamp("$(CURDIR)"))
	wantFailure(t, got, "make packages: ", "stormlock holds the path ")
}

// The module cache is at the same place for both builds.
func TestReleaseWithAPathOfTheMachineIsRefused(t *testing.T) {
	cache := strings.TrimSpace(must(t, "go", "env", "GOMODCACHE"))
	got := releaseCheck(t, t.TempDir(), "", stamp(cache+"/x"))
	wantFailure(t, got, "make packages: ", "stormlock holds the path "+cache)
}

func TestReleaseVersionIsNoPath(t *testing.T) {
	got := releaseCheck(t, t.TempDir(), "", "VERSION=/home/ana/stormlock")
	wantFailure(t, got, "make packages: ", `the version "/home/ana/stormlock" looks like a path`)
}
