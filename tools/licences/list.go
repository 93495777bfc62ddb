package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
)

// A pkg is what `go list` says of a package, and above its directory the one that the
// licence of all of it lies in.
type pkg struct {
	Dir      string
	Standard bool
	Module   *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version string }
	}
	root, name string
}

// list lists the packages that an executable was linked from.
func list(info *buildinfo.BuildInfo) ([]pkg, error) {
	cmd := exec.Command("go", "list", "-deps", "-tags="+setting(info, "-tags"), "-json=Dir,Standard,Module", info.Path)
	cmd.Env = append(os.Environ(), "GOOS="+setting(info, "GOOS"), "GOARCH="+setting(info, "GOARCH"), "CGO_ENABLED="+setting(info, "CGO_ENABLED"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w", info.Path, err)
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	checkout, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	var all []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, p.rooted(checkout, strings.TrimSpace(string(goroot)), info.GoVersion))
	}
}

// rooted tells whose licence a package is under, and where that lies. Modules of the
// checkout are under the licence of the checkout.
func (p pkg) rooted(checkout, goroot, version string) pkg {
	switch {
	case p.Standard:
		p.root, p.name = goroot, "Go's standard library "+version
	case p.Module.Main:
		p.root, p.name = checkout, own
	default:
		p.root, p.name = p.Module.Dir, p.Module.Path+" "+p.Module.Version
	}
	return p
}

// own is the name of what the checkout holds.
const own = "stormlock"

func setting(info *buildinfo.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// same is an error if the checkout has other modules than the executable was linked
// from.
func same(linked []pkg, info *buildinfo.BuildInfo) error {
	known := map[string]bool{}
	for _, p := range linked {
		known[p.name] = true
	}
	for _, dep := range info.Deps {
		if !known[moduleName(dep)] && !isOwn(dep) {
			return fmt.Errorf("it has %s %s, which the checkout does not; build it anew", dep.Path, dep.Version)
		}
	}
	return nil
}

func moduleName(m *debug.Module) string { return m.Path + " " + m.Version }

// isOwn tells the modules of the workspace, which have no version yet.
func isOwn(m *debug.Module) bool { return m.Version == "(devel)" }
