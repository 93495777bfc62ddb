//go:build unix

package pluginhost

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormlock/stormlock/internal/owner"
)

const exeSuffix = ""

// maxLinks is how many symbolic links may lie on the way, as in Linux.
const maxLinks = 40

func executableMode(mode fs.FileMode) bool { return mode&0o111 != 0 }

// vet returns why an executable is not to be trusted: because somebody else
// could have put it there, could put another into its place, or could change it.
func vet(path string) error {
	target, reason := walk(path)
	if reason != "" {
		return &RefusedError{path, reason}
	}
	info, err := os.Stat(target)
	if err != nil {
		return &RefusedError{path, err.Error()}
	}
	if info.Mode()&0o002 != 0 {
		return &RefusedError{path, "every user can write it; run: chmod o-w " + target}
	}
	return nil
}

// vetSocketBase says why another user could put something else in the place of
// what we make in a directory: whoever talks there gets the configuration, with
// its secrets.
func vetSocketBase(dir string) string {
	target, reason := walk(dir)
	if reason != "" {
		return reason
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return err.Error()
	case !owner.Trusted(info):
		return target + " belongs neither to you nor to root"
	case info.Mode()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0:
		return "every user can replace what lies in " + target
	}
	return ""
}

// walk goes to a file as the system does, and looks at every directory and link
// on the way. It returns the file that is meant, or why the way is not to be
// trusted.
func walk(path string) (target, reason string) {
	at, links := "/", 0
	for rest := path; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(strings.TrimLeft(rest, "/"), "/")
		next := filepath.Join(at, name) // "" stays, ".." goes up: at holds no link
		info, err := os.Lstat(next)
		if err != nil {
			return "", err.Error()
		}
		if reason := replaceable(at, next, info); reason != "" {
			return "", reason
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		to, err := os.Readlink(next)
		if links++; err != nil || links > maxLinks {
			return "", "a symbolic link on the way to it cannot be followed: " + next
		}
		if filepath.IsAbs(to) {
			at = "/"
		}
		rest = to + "/" + rest
	}
	return at, ""
}

// replaceable says why another user could put something else in the place of
// what lies in a directory.
func replaceable(dir, path string, info fs.FileInfo) string {
	parent, err := os.Stat(dir)
	switch {
	case err != nil:
		return err.Error()
	case parent.Mode()&0o002 == 0 || path == dir:
		return ""
	case parent.Mode()&fs.ModeSticky == 0 || !owner.Trusted(parent):
		return "every user can replace " + path + ", for all can write " + dir + "; run: chmod o-w " + dir
	case !owner.Trusted(info):
		// In a sticky directory such as /tmp anybody can add a file, but nobody
		// can replace another's.
		return path + " lies in " + dir + ", where every user can add files, and belongs neither to you nor to root"
	}
	return ""
}
