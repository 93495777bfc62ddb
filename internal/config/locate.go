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

const (
	// FileVariable is the environment variable that names the configuration
	// file.
	FileVariable = "STORMLOCK_CONFIG"
	// NoLocalVariable is the one that leaves out the working directory, if it
	// is 1.
	NoLocalVariable = "STORMLOCK_NO_LOCAL_CONFIG"
)

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
	if err := env.check(); err != nil {
		return "", err
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

// Load reads the file that [Locate] finds. One that was found in the working
// directory, where nobody named it, is read only if nobody else can have put it
// there: otherwise the error matches [sdk.ErrRefused].
func Load(explicit string, env Env) (*File, error) {
	path, err := Locate(explicit, env)
	if err != nil {
		return nil, err
	}
	if named, _ := env.named(explicit); named == "" && path == env.local() {
		return readVetted(path, vetLocal)
	}
	return Read(path)
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
// ./.stormlock.cfg (unless STORMLOCK_NO_LOCAL_CONFIG is 1),
// $XDG_CONFIG_HOME/stormlock.cfg and $HOME/.stormlock.cfg. XDG_CONFIG_HOME is
// $HOME/.config unless it is an absolute path, as the XDG specification has it.
// Without an absolute HOME, its places are left out.
func Places(env Env) []string {
	var places []string
	if env.Getenv(NoLocalVariable) != "1" {
		places = append(places, env.local())
	}
	if path := env.userFile(); path != "" {
		places = append(places, path)
	}
	if home := env.absolute("HOME"); home != "" {
		places = append(places, filepath.Join(home, ".stormlock.cfg"))
	}
	return places
}

// local is the file in the working directory.
func (e Env) local() string { return e.inDir("." + string(filepath.Separator) + ".stormlock.cfg") }

// check refuses a setting that could be meant either way.
func (e Env) check() error {
	switch e.Getenv(NoLocalVariable) {
	case "", "0", "1":
		return nil
	}
	return fault("", "environment variable %s is neither 1 nor 0; set it to 1 to leave out the working directory", NoLocalVariable)
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
