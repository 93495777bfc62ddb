// Command modproxy writes the modules of this checkout's workspace into a
// directory, laid out as a module proxy, as if they had been published:
//
//	modproxy -version v0.1.0 -out DIR
//
// With GOPROXY=file://DIR in front of the usual ones, `go mod tidy` and
// `go install` see each module as its users will, without a workspace and
// without a replace directive. The files are those that git tracks or would
// track, as they are in the working tree.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("modproxy: ")
	version := flag.String("version", "", "the version to publish, such as v0.1.0")
	out := flag.String("out", "", "the directory to write")
	flag.Parse()
	if err := publish(*version, *out); err != nil {
		log.Fatal(err)
	}
}

func publish(version, out string) error {
	if version == "" || out == "" {
		return fmt.Errorf("-version and -out are required")
	}
	root, err := git("rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	root = strings.TrimSpace(root)
	dirs, err := workspace(root)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := publishModule(root, dir, dirs, version, out); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	return nil
}

// workspace lists the folders of go.work, relative to the root.
func workspace(root string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork("go.work", data, nil)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, use := range work.Use {
		dirs = append(dirs, filepath.Clean(use.Path))
	}
	return dirs, nil
}

func publishModule(root, dir string, all []string, version, out string) error {
	gomod, err := os.ReadFile(filepath.Join(root, dir, "go.mod"))
	if err != nil {
		return err
	}
	mod := module.Version{Path: modfile.ModulePath(gomod), Version: version}
	files, err := moduleFiles(root, dir, all)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := zip.Create(&archive, mod, files); err != nil {
		return err
	}
	info, err := json.Marshal(map[string]any{"Version": version, "Time": time.Unix(0, 0).UTC()})
	if err != nil {
		return err
	}
	return writeModule(filepath.Join(out, mod.Path, "@v"), version, map[string][]byte{
		".info": info, ".mod": gomod, ".zip": archive.Bytes(),
	})
}

func writeModule(at, version string, parts map[string][]byte) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	for suffix, data := range parts {
		if err := os.WriteFile(filepath.Join(at, version+suffix), data, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(at, "list"), []byte(version+"\n"), 0o644)
}

// moduleFiles lists the files of a module: those below its folder that belong
// to no module below it, and the licence.
func moduleFiles(root, dir string, all []string) ([]zip.File, error) {
	list, err := git("-C", filepath.Join(root, dir), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	var files []zip.File
	paths := strings.FieldsFunc(list, func(r rune) bool { return r == 0 })
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		f := file{filepath.Join(root, dir, path), path}
		if _, err := f.Lstat(); err == nil && !nested(filepath.Join(dir, path), dir, all) {
			files = append(files, f)
		}
	}
	if dir != "." {
		files = append(files, file{filepath.Join(root, "LICENSE"), "LICENSE"})
	}
	return files, nil
}

// nested reports whether a file belongs to a module below dir. tools has
// modules of its own that are in no workspace.
func nested(path, dir string, all []string) bool {
	for _, other := range append([]string{"tools"}, all...) {
		below := dir == "." && other != "." || strings.HasPrefix(other, dir+"/")
		if below && strings.HasPrefix(path, other+"/") {
			return true
		}
	}
	return false
}

// file is a zip.File.
type file struct{ at, path string }

func (f file) Path() string                 { return filepath.ToSlash(f.path) }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(f.at) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.at) }

// git also works where the checkout belongs to another user, as in a container.
func git(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-c", "safe.directory=*"}, args...)...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	return string(text), err
}
