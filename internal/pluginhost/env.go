package pluginhost

import (
	"os"
	"strings"

	"github.com/stormlock/stormlock/sdk/plugin"
)

// environment is what a plugin gets: the user's, so that HOME, AWS_PROFILE or
// a proxy work as they do for other programs, less what go-plugin reads. If
// stormlock itself runs under another go-plugin host (a Terraform provider,
// say), that host's PLUGIN_CLIENT_CERT would make the plugin speak TLS to us.
func environment(host, goPlugin []string) []string {
	var env []string
	for _, kv := range host {
		if !strings.HasPrefix(kv, "PLUGIN_") && !strings.HasPrefix(kv, plugin.CookieKey+"=") {
			env = append(env, kv)
		}
	}
	return append(env, goPlugin...)
}

// maxSocketBase is how long the directory may be in which go-plugin makes a
// directory ("plugin-dir" and up to 10 digits) with a socket ("plugin" and up
// to 10 digits): sun_path holds 104 bytes on macOS and 108 on Linux.
const maxSocketBase = 104 - 1 - len("/plugin-dir0123456789/plugin0123456789")

// socketBase returns a directory that is short enough for a socket in it. The
// socket lies in a directory of mode 0700 below, which nobody else can enter.
func socketBase() string {
	if dir := os.TempDir(); len(dir) <= maxSocketBase {
		return dir
	}
	return "/tmp"
}
