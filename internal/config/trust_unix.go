//go:build unix

package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stormlock/stormlock/internal/owner"
	"github.com/stormlock/stormlock/sdk"
)

// maxLinks is how many symbolic links may lie on the way, as in Linux.
const maxLinks = 40

// vetLocal refuses a configuration file that was found in the working directory
// if somebody else can have put it there or can change it, links on the way
// included: whoever decides what is read decides which server is asked.
func vetLocal(path string, opened fs.FileInfo) error {
	why := distrust("it", " (run: chmod go-w "+path+")", opened)
	for at, links := path, 0; why == ""; links++ {
		var next string
		if next, why = step(at, links); next == "" {
			break
		}
		at = next
	}
	if why == "" {
		return nil
	}
	return sdk.Refused("%s was found in the working directory and is not read: %s; if you trust it, name it: -c %s; to leave the working directory out, set %s=1",
		path, why, path, NoLocalVariable)
}

// step looks at what lies at a path, and at the directory that it lies in. It
// returns where a link leads to, or why the place is not to be trusted.
func step(path string, links int) (next, why string) {
	dir := filepath.Dir(path)
	parent, err := os.Stat(dir)
	if err != nil {
		return "", err.Error()
	}
	entry, err := os.Lstat(path)
	if err != nil {
		return "", err.Error()
	}
	if why := distrust("directory "+dir, "", parent); why != "" {
		return "", why
	}
	if entry.Mode()&fs.ModeSymlink == 0 {
		return "", ""
	}
	if why := distrust("link "+path, "", entry); why != "" {
		return "", why
	}
	target, err := os.Readlink(path)
	switch {
	case err != nil:
		return "", err.Error()
	case links >= maxLinks:
		return "", "there are too many links"
	case filepath.IsAbs(target):
		return target, ""
	}
	return filepath.Join(dir, target), ""
}

// distrust says why something is not to be trusted: somebody else owns it, or
// can write it, for which there is advice. The mode of a link means nothing.
func distrust(what, advice string, info fs.FileInfo) string {
	user, ok := owner.Of(info)
	switch {
	case !ok:
		return what + " has no owner that can be told"
	case !owner.Trusted(info):
		return fmt.Sprintf("%s belongs neither to you nor to root, but to user %d", what, user)
	case info.Mode()&fs.ModeSymlink == 0 && info.Mode()&0o022 != 0:
		return "others can write " + what + advice
	}
	return ""
}
