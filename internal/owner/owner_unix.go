//go:build unix

// Package owner tells whether files belong to somebody who could do what we do
// anyway.
package owner

import (
	"io/fs"
	"os"
	"syscall"
)

// Effective is whose rights this process has: under sudo, setuid and the like
// not those of whoever typed the command. (A variable for the tests.)
var Effective = os.Geteuid

// Of returns the user that a file belongs to. The second result is false if that
// cannot be told.
func Of(info fs.FileInfo) (user int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// Trusted reports whether a file belongs to the effective user or to root.
func Trusted(info fs.FileInfo) bool {
	user, ok := Of(info)
	return ok && (user == 0 || user == Effective())
}
