package plugin

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"

	goplugin "github.com/hashicorp/go-plugin"
)

// listen waits where the host will connect: at a socket in the directory that it
// made, or on Windows at a port of this machine.
func listen(dir string) (net.Listener, error) {
	if runtime.GOOS == "windows" {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	// A path of a socket may have some hundred bytes at most.
	return net.Listen("unix", filepath.Join(cmp.Or(dir, os.TempDir()), "plugin"+rand.Text()[:10]))
}

// introduce says on stdout where this plugin listens, and the certificate it will
// show, if any. From then on stdout is stderr: what libraries print is not for the
// host.
func introduce(at net.Addr, certificate string) error {
	_, err := fmt.Printf("%d|%d|%s|%s|%s|%s\n", goplugin.CoreProtocolVersion, ProtocolVersion,
		at.Network(), at, goplugin.ProtocolGRPC, certificate)
	os.Stdout = os.Stderr
	return err
}
