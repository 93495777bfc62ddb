//go:build unix

package pluginhost

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const exeSuffix = ""

func executableMode(mode fs.FileMode) bool { return mode&0o111 != 0 }

// vet returns why an executable is not to be trusted: because somebody else
// could have put it there or could change it. Both the path and, behind a
// link, the file that it leads to are looked at.
func vet(path string) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return &RefusedError{path, err.Error()}
	}
	info, err := os.Stat(target)
	if err != nil {
		return &RefusedError{path, err.Error()}
	}
	if info.Mode()&0o002 != 0 {
		return &RefusedError{path, "every user can write it; run: chmod o-w " + target}
	}
	if err := vetDirectory(path, path); err != nil || target == path {
		return err
	}
	return vetDirectory(path, target)
}

// vetDirectory looks at the directory that holds file, on behalf of path.
func vetDirectory(path, file string) error {
	dir := filepath.Dir(file)
	info, err := os.Stat(dir)
	if err != nil {
		return &RefusedError{path, err.Error()}
	}
	if info.Mode()&0o002 == 0 {
		return nil
	}
	if info.Mode()&fs.ModeSticky == 0 {
		return &RefusedError{path, "every user can replace it, for all can write " + dir + "; run: chmod o-w " + dir}
	}
	// In a sticky directory such as /tmp anybody can add a file, but nobody
	// can replace another's.
	owner, err := os.Lstat(file)
	if err != nil {
		return &RefusedError{path, err.Error()}
	}
	if !trustedOwner(owner) {
		return &RefusedError{path, "it lies in " + dir + ", where every user can add files, and belongs neither to you nor to root"}
	}
	return nil
}

func trustedOwner(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (stat.Uid == 0 || int(stat.Uid) == os.Geteuid())
}
