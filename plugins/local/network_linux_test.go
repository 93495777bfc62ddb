package local

import (
	"context"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stormlock/stormlock/sdk"
)

// The numbers are written out once more, as statfs(2) and the file systems'
// own sources have them.
func TestNetworkNames(t *testing.T) {
	for number, want := range map[uint32]string{
		0x6969:     "NFS",
		0x517b:     "SMB",
		0xff534d42: "CIFS",
		0xfe534d42: "SMB2",
		0x01021997: "9P",
		0x00c36400: "Ceph",
		0x5346414f: "AFS",
		0x65735546: "FUSE",
		0x0bd00bd0: "Lustre",
		0x47504653: "GPFS",
		0x7461636f: "OCFS2",
		0x01161970: "GFS2",
		0x19830326: "BeeGFS",
		0xef53:     "", // ext4
		0x58465342: "", // XFS
		0x9123683e: "", // btrfs
		0x2fc12fc1: "", // ZFS
		0x01021994: "", // tmpfs
		0x794c7630: "", // overlayfs
	} {
		if got := networkNames[number]; got != want {
			t.Errorf("%#x is %q; want %q", number, got, want)
		}
	}
}

// A path that does not exist yet is judged by where it will be.
func TestNetworkFileSystemIsRefused(t *testing.T) {
	var stat unix.Statfs_t
	dir := t.TempDir()
	if err := unix.Statfs(dir, &stat); err != nil {
		t.Fatal(err)
	}
	here := uint32(stat.Type)
	if kind := networkNames[here]; kind != "" {
		t.Skipf("the test directory is itself on %s", kind)
	}
	networkNames[here] = "a test"
	defer delete(networkNames, here)
	b := openAt(t, filepath.Join(dir, "not", "yet", "locks.db"))
	_, err := b.Setup(context.Background(), false)
	wantError(t, err, sdk.ErrRefused)
	_, err = b.Current(context.Background(), "r")
	wantError(t, err, sdk.ErrRefused)
	finds(t, b, sdk.LevelError, "path", "is on a network file system (a test)")
}
