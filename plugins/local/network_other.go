//go:build !linux && !darwin && !windows

package local

// networkKind knows nothing of the file systems of this operating system.
func networkKind(string) (string, error) { return "", nil }
