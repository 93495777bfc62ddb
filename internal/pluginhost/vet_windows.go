package pluginhost

import "io/fs"

const exeSuffix = ".exe"

// Windows has no x bits: the name decides.
func executableMode(fs.FileMode) bool { return true }

// vet trusts the access lists of the directories on PATH.
func vet(string) error { return nil }

// vetSocketBase has nothing to say: there is no socket.
func vetSocketBase(string) string { return "" }
