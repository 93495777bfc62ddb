//go:build !linux && !darwin

package local

import "github.com/stormlock/stormlock/sdk"

// freeSpace looks at nothing on this operating system.
func freeSpace(string) []sdk.Finding { return nil }
