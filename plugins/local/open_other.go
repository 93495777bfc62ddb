//go:build !unix

package local

import "os"

// openFlags are none: the checks of openRegular have to do.
const openFlags = 0

// syncDir does nothing: Windows has no such operation, and NTFS keeps a journal
// of its directories.
func syncDir(string) error { return nil }

// unlock does nothing: closing the file does it.
func unlock(*os.File) {}
