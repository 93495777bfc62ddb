package pluginhost

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// filePrefix and a backend's name make the name of its executable.
const filePrefix = "stormlock-backend-"

// maxName bounds a backend's name, in bytes.
const maxName = 40

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// A Candidate is a file that is named like a backend's executable and can be
// run.
type Candidate struct {
	Name       string // of the backend
	Path       string // absolute, as found; this is what runs
	ShadowedBy string // the path that is found first; empty for the one that would run
	Refused    error  // why it would not be run, or nil
}

// ValidName reports whether a backend can have this name. It is checked before
// a name touches the file system: separators, dots and upper case never get
// there.
func ValidName(name string) bool {
	return len(name) <= maxName && namePattern.MatchString(name)
}

// Directories returns where backends are looked for: the absolute entries of
// PATH, then the directory of the running executable, so that an unpacked
// archive works as it is. Empty and relative entries would mean whatever
// directory the operator happens to be in.
func Directories() []string {
	var dirs []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(dir) {
			dirs = append(dirs, filepath.Clean(dir))
		}
	}
	if self, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(self))
	}
	return unique(dirs)
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Find returns the executable of a backend: the first file of its name in
// dirs that can be run. If that one is not to be trusted the answer is a
// [*RefusedError], never the next one. If there is none it is a
// [*NotFoundError].
func Find(name string, dirs []string) (Candidate, error) {
	if !ValidName(name) {
		return Candidate{}, &NotFoundError{Name: name, Invalid: true}
	}
	missing := &NotFoundError{Name: name}
	for _, dir := range dirs {
		path := filepath.Join(dir, filePrefix+name+exeSuffix)
		switch err := runnable(path); {
		case err == nil:
			found := Candidate{Name: name, Path: path, Refused: vet(path)}
			return found, found.Refused
		case !errors.Is(err, fs.ErrNotExist):
			missing.Unusable = append(missing.Unusable, err)
		}
	}
	missing.Known = known(dirs)
	return Candidate{}, missing
}

// List returns every executable in dirs that is named like a backend, in the
// order of the search.
func List(dirs []string) []Candidate {
	var all []Candidate
	first := map[string]string{}
	for _, dir := range dirs {
		entries, _ := os.ReadDir(dir) // an unreadable directory holds nothing that we could run
		for _, entry := range entries {
			name, ok := backendName(entry.Name())
			path := filepath.Join(dir, entry.Name())
			if !ok {
				continue
			}
			c := Candidate{Name: name, Path: path, ShadowedBy: first[name], Refused: runnable(path)}
			if errors.Is(c.Refused, fs.ErrNotExist) {
				continue
			}
			if c.Refused == nil {
				// Refused or not, it is what Find would come upon.
				c.Refused = vet(path)
				first[name] = cmp.Or(first[name], path)
			}
			all = append(all, c)
		}
	}
	return all
}

func backendName(file string) (string, bool) {
	name, ok := strings.CutPrefix(file, filePrefix)
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, exeSuffix)
	return name, ok && ValidName(name)
}

// known lists the names of the backends that could be run.
func known(dirs []string) []string {
	var names []string
	for _, c := range List(dirs) {
		if c.Refused == nil {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// runnable checks that a path leads to a regular file that has an x bit. Links
// are followed: package managers install alternatives that way.
func runnable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil && errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &RefusedError{Path: path, Reason: "it is not a regular file"}
	case !executableMode(info.Mode()):
		return &RefusedError{Path: path, Reason: "it is not executable; run: chmod +x " + path}
	}
	return nil
}
