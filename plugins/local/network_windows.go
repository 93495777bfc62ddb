package local

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// networkKind says whether path is on a drive of another machine; "" is a local
// one.
func networkKind(path string) (string, error) {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	if err != nil {
		return "", err
	}
	if windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return "network drive", nil
	}
	return "", nil
}
