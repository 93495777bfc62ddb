// Package buildinfo tells which version of a program is running.
package buildinfo

import "runtime/debug"

// version is set by packagers:
//
//	go build -ldflags "-X github.com/stormlock/stormlock/sdk/buildinfo.version=1.2.3"
var version string

// Version returns what the packager set, else the version of the main module
// (as `go install …@version` records it), else "devel".
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
