package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/stormlock/stormlock/sdk"
)

// FileVariable is the environment variable that names the configuration file.
const FileVariable = "STORMLOCK_CONFIG"

// An Env is the surroundings in which a configuration file is looked for.
type Env struct {
	Getenv func(string) string // os.Getenv
	Dir    string              // the working directory; "" is the process's own
}

// A NotFoundError says that there is no configuration file. It matches
// [sdk.ErrConfig].
type NotFoundError struct {
	Places []string // those looked at, in order
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf(`no configuration file; looked for %s; to write one, run "stormlock init"`, strings.Join(e.Places, ", "))
}

// Unwrap makes errors.Is(err, sdk.ErrConfig) true.
func (e *NotFoundError) Unwrap() error { return sdk.ErrConfig }

// Locate returns the path of the file to read: explicit (the flag -c) if it is
// not empty, else what STORMLOCK_CONFIG names, else the first of [Places] where
// there is anything. That one may still be unusable, which is an error and
// never a reason to go on to the next. If there is none, the error is a
// [*NotFoundError].
func Locate(explicit string, env Env) (string, error) {
	if path, source := env.named(explicit); path != "" {
		return usable(path, checkNamed(path, source))
	}
	places := Places(env)
	for _, path := range places {
		found, err := exists(path)
		if err != nil {
			return "", fault(path, "cannot tell whether this configuration file exists: %v; make it readable, or name another by -c or %s", err, FileVariable)
		}
		if found {
			return usable(path, checkRegular(path))
		}
	}
	return "", &NotFoundError{places}
}

// StarterPath returns where to write a first configuration file: what explicit
// or STORMLOCK_CONFIG names, else $XDG_CONFIG_HOME/stormlock.cfg.
func StarterPath(explicit string, env Env) (string, error) {
	if path, _ := env.named(explicit); path != "" {
		return path, nil
	}
	if path := env.userFile(); path != "" {
		return path, nil
	}
	return "", fault("", "no place for a configuration file: HOME is not an absolute path; set HOME, or name the file by -c")
}

// Places returns where a configuration file is looked for unless one is named:
// ./.stormlock.cfg, $XDG_CONFIG_HOME/stormlock.cfg and $HOME/.stormlock.cfg.
// XDG_CONFIG_HOME is $HOME/.config unless it is an absolute path, as the XDG
// specification has it. Without an absolute HOME, its places are left out.
func Places(env Env) []string {
	places := []string{env.inDir("." + string(filepath.Separator) + ".stormlock.cfg")}
	if path := env.userFile(); path != "" {
		places = append(places, path)
	}
	if home := env.absolute("HOME"); home != "" {
		places = append(places, filepath.Join(home, ".stormlock.cfg"))
	}
	return places
}

// named returns the file that flag or variable names, and which of them did.
func (e Env) named(explicit string) (path, source string) {
	if explicit != "" {
		return e.inDir(explicit), "-c"
	}
	if path := e.Getenv(FileVariable); path != "" {
		return e.inDir(path), FileVariable
	}
	return "", ""
}

func (e Env) userFile() string {
	if dir := e.absolute("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "stormlock.cfg")
	}
	if home := e.absolute("HOME"); home != "" {
		return filepath.Join(home, ".config", "stormlock.cfg")
	}
	return ""
}

// absolute returns the value of a variable if it is an absolute path.
func (e Env) absolute(variable string) string {
	if path := e.Getenv(variable); filepath.IsAbs(path) {
		return path
	}
	return ""
}

// inDir leaves a path as the user wrote it where that means the same.
func (e Env) inDir(path string) string {
	if e.Dir == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.Dir, path)
}

// usable is a path or what speaks against it.
func usable(path string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return path, nil
}

// checkNamed says who named a file that cannot be read.
func checkNamed(path, source string) error {
	switch found, err := exists(path); {
	case err != nil:
		return fault(path, "configuration file named by %s cannot be read: %v", source, err)
	case !found:
		return fault(path, `configuration file named by %s does not exist; correct the path or run "stormlock init"`, source)
	}
	return checkRegular(path)
}

// exists counts a symbolic link that leads nowhere: somebody means a file to
// be there.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return false, nil
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return false, err
}
