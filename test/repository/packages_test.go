package repository_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// A packed is what one archive holds, by its names below the folder that it unpacks
// into.
type packed map[string]*packedFile

type packedFile struct {
	*tar.Header
	content []byte
}

// unpack reads the archive of a package of version 1.2.3.
func unpack(t *testing.T, dist, name string) packed {
	t.Helper()
	data := readFile(t, filepath.Join(dist, name+"_1.2.3_"+strings.ReplaceAll(platform, "/", "_")+".tar.gz"))
	plain, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	files := packed{}
	for archive := tar.NewReader(plain); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		content, errRead := io.ReadAll(archive)
		if err := errors.Join(err, errRead); err != nil {
			t.Fatal(err)
		}
		if below, ok := strings.CutPrefix(header.Name, "stormlock-1.2.3/"); !ok {
			t.Errorf("%s lies beside the folder stormlock-1.2.3", header.Name)
		} else if header.Typeflag != tar.TypeDir {
			files[below] = &packedFile{header, content}
		}
	}
}

// checkPackage holds the archive of a package to what belongs into it.
func checkPackage(t *testing.T, dist, name string) {
	files := unpack(t, dist, name)
	doc := "share/doc/" + name + "/"
	want := []string{"bin/" + name, doc + name + ".cdx.json", doc + "CHANGELOG.md", "share/licenses/" + name + "/LICENSES"}
	switch name {
	case "stormlock":
		want = append(want, ofTheCore(t, doc)...)
	case "stormlock-backend-postgres":
		want = append(want, "bin/stormlock-backend-postgresql")
	}
	got := slices.Collect(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("it has\n%q\nwant\n%q", got, want)
	}
	checkHeaders(t, files)
	info, err := buildinfo.Read(bytes.NewReader(files["bin/"+name].content))
	if err != nil {
		t.Fatal(err)
	}
	checkSBOM(t, files[doc+name+".cdx.json"].content, info)
	checkLicences(t, string(files["share/licenses/"+name+"/LICENSES"].content), info.Deps)
}

// ofTheCore lists what only the core's package has.
func ofTheCore(t *testing.T, doc string) []string {
	names := []string{
		doc + "README.md", doc + "SECURITY.md", doc + "operators.md", doc + "backends.md",
		"share/bash-completion/completions/stormlock", "share/zsh/site-functions/_stormlock", "share/fish/vendor_completions.d/stormlock.fish",
	}
	for _, page := range files(t, ".1") {
		names = append(names, "share/man/man1/"+path.Base(page))
	}
	return names
}

// checkHeaders: nothing tells who has built it, or when; only executables are executable.
func checkHeaders(t *testing.T, files packed) {
	t.Helper()
	times := map[int64]bool{}
	for name, file := range files {
		mode := int64(0o644)
		if strings.HasPrefix(name, "bin/") {
			mode = 0o755
		}
		if file.Uid != 0 || file.Gid != 0 || file.Uname != "" || file.Typeflag == tar.TypeReg && file.Mode != mode {
			t.Errorf("%s has owner %d:%d %q and mode %o; want 0:0 without a name and %o", name, file.Uid, file.Gid, file.Uname, file.Mode, mode)
		}
		times[file.ModTime.Unix()] = true
	}
	if len(times) != 1 {
		t.Errorf("the files are of %d times; want one", len(times))
	}
}

// checkLicences: the licence of each linked module is there, and that of Go.
func checkLicences(t *testing.T, text string, deps []*debug.Module) {
	t.Helper()
	for _, name := range []string{"Go's standard library go", "stormlock (LICENSE)"} {
		if !strings.Contains(text, "\n"+name) && !strings.HasPrefix(text, name) {
			t.Errorf("nothing of %s", name)
		}
	}
	for _, dep := range deps {
		if dep.Version == "(devel)" {
			continue // the checkout's own
		}
		if !strings.Contains(text, "\n"+dep.Path+" "+dep.Version+" (") {
			t.Errorf("%s %s is linked, and no licence names it", dep.Path, dep.Version)
		}
		for _, licence := range licencesOf(t, dep) {
			if !strings.Contains(text, licence) {
				t.Errorf("%s %s has a licence that is not there", dep.Path, dep.Version)
			}
		}
	}
}

// licencesOf reads the files of a module that are called LICENSE.
func licencesOf(t *testing.T, m *debug.Module) (texts []string) {
	t.Helper()
	dir := strings.TrimSpace(must(t, "go", "list", "-m", "-f", "{{.Dir}}", m.Path))
	paths, err := filepath.Glob(filepath.Join(dir, "LICENSE*"))
	if err != nil || len(paths) == 0 {
		t.Errorf("%s: no LICENSE in %q (%v)", m.Path, dir, err)
	}
	for _, path := range paths {
		texts = append(texts, string(readFile(t, path)))
	}
	return texts
}

// checkUnpacked: stormlock and a backend, unpacked into one folder, work as they are.
func checkUnpacked(t *testing.T, dist string) {
	dir := t.TempDir()
	for _, name := range []string{"stormlock", "stormlock-backend-local"} {
		must(t, "tar", "-xzf", filepath.Join(dist, name+"_1.2.3_"+strings.ReplaceAll(platform, "/", "_")+".tar.gz"), "-C", dir)
	}
	save(t, filepath.Join(dir, "config"), "[default]\nbackend = local\nttl = 1m\n")
	stormlock := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(filepath.Join(dir, "stormlock-1.2.3", "bin", "stormlock"), args...)
		cmd.Env = []string{"HOME=" + dir, "PATH=" + os.DevNull, "STORMLOCK_CONFIG=" + filepath.Join(dir, "config")}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("stormlock %q: %v: %s", args, err, out)
		}
		return string(out)
	}
	if out := stormlock("version"); !strings.Contains(out, "v1.2.3") {
		t.Errorf("it is %q; want v1.2.3", out)
	}
	stormlock("acquire", "prod-db")
	if out := stormlock("backend", "list"); strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "local") {
		t.Errorf("backends are %q; want the local one", out)
	}
}
