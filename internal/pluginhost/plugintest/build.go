package plugintest

import (
	"fmt"
	"os"
	"os/exec"
)

const (
	hostPath    = "github.com/stormlock/stormlock/cmd/stormlock"
	pluginsPath = "github.com/stormlock/stormlock/plugins/"
)

// Build makes the executables of real backends, as they are shipped, in a
// directory. It finds their modules through the workspace: the core requires
// no plugin.
func Build(dir string, names ...string) error {
	var packages []string
	for _, name := range names {
		packages = append(packages, pluginsPath+name+"/cmd/...")
	}
	return build(dir, packages...)
}

// BuildHost makes the executable of stormlock itself, as it is shipped.
func BuildHost(dir string) error { return build(dir, hostPath) }

func build(dir string, packages ...string) error {
	args := append([]string{"build", "-tags=grpcnotrace", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", dir}, packages...)
	build := exec.Command("go", args...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building executables: %w: %s", err, out)
	}
	return nil
}
