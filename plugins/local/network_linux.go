package local

import "golang.org/x/sys/unix"

// networkNames are the file systems, by magic number, whose files more than one
// machine may have open, and FUSE, behind which anything may be (sshfs, for
// one). The numbers without a name in package unix are those of the file
// systems' own sources.
var networkNames = map[uint32]string{
	unix.AFS_FS_MAGIC:      "AFS",
	unix.AFS_SUPER_MAGIC:   "AFS",
	unix.CEPH_SUPER_MAGIC:  "Ceph",
	unix.CIFS_SUPER_MAGIC:  "CIFS",
	unix.CODA_SUPER_MAGIC:  "Coda",
	unix.FUSE_SUPER_MAGIC:  "FUSE",
	unix.NCP_SUPER_MAGIC:   "NCP",
	unix.NFS_SUPER_MAGIC:   "NFS",
	unix.OCFS2_SUPER_MAGIC: "OCFS2",
	unix.SMB_SUPER_MAGIC:   "SMB",
	unix.SMB2_SUPER_MAGIC:  "SMB2",
	unix.V9FS_MAGIC:        "9P",
	0x01161970:             "GFS2",
	0x0bd00bd0:             "Lustre",
	0x19830326:             "BeeGFS",
	0x20030528:             "OrangeFS",
	0x47504653:             "GPFS",
}

// networkKind names the network file system that path is on; "" is a local one.
func networkKind(path string) (string, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return "", err
	}
	return networkNames[uint32(stat.Type)], nil // the type of Type differs by architecture
}
