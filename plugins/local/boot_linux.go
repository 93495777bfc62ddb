package local

import (
	"os"
	"strings"
)

// bootID names this boot of the kernel, and the time namespace that we are in:
// another one may count another time of the same boot. A kernel before 5.6 has
// no such namespaces.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(id))
	if len(fields) != 1 {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/time")
	if err != nil && !os.IsNotExist(err) {
		return ""
	}
	return fields[0] + "/" + namespace
}
