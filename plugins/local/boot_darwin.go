package local

import (
	"strings"

	"golang.org/x/sys/unix"
)

// bootID is what macOS calls the UUID of the boot session, or "".
func bootID() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil || strings.ContainsAny(id, " \n") {
		return ""
	}
	return id
}
