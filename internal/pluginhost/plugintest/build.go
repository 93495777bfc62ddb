package plugintest

import (
	"fmt"
	"os"
	"os/exec"
)

const pluginsPath = "github.com/stormlock/stormlock/plugins/"

// Build makes the executables of real backends, as they are shipped, in a
// directory. It finds their modules through the workspace: the core requires
// no plugin.
func Build(dir string, names ...string) error {
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", dir}
	for _, name := range names {
		args = append(args, pluginsPath+name+"/cmd/...")
	}
	build := exec.Command("go", args...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building backends: %w: %s", err, out)
	}
	return nil
}
