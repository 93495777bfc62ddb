//go:build unix

package config

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stormlock/stormlock/internal/owner/ownertest"
	"github.com/stormlock/stormlock/sdk"
)

// What others can write must not depend on whoever runs the tests.
func init() { syscall.Umask(0o022) }

func allow(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// TestLocalFileThatOthersDecide: what is found in the working directory is
// refused if others have a hand in it, and never passed over for what is found
// elsewhere.
func TestLocalFileThatOthersDecide(t *testing.T) {
	const local, home = "work/.stormlock.cfg", "home/.stormlock.cfg"
	for _, test := range []struct {
		why     string
		names   []string
		arrange func(t *testing.T, root string)
		want    string // "" for a file that is read
	}{
		{"ours", []string{local}, nil, ""},
		{"ours, behind a link", []string{local + " -> ../x.cfg", "x.cfg"}, nil, ""},
		{"readable for others", []string{local}, func(t *testing.T, root string) { allow(t, root+"/"+local, 0o644) }, ""},
		{"another's file", []string{local}, func(t *testing.T, root string) { ownertest.GiveAway(t, root+"/"+local) }, "it belongs neither to you nor to root, but to user"},
		{"another's directory", []string{local}, func(t *testing.T, root string) { ownertest.GiveAway(t, root+"/work") }, "belongs neither to you nor to root, but to user"},
		{"file that all can write", []string{local}, func(t *testing.T, root string) { allow(t, root+"/"+local, 0o602) }, "others can write it"},
		{"file that a group can write", []string{local}, func(t *testing.T, root string) { allow(t, root+"/"+local, 0o620) }, "others can write it"},
		{"directory that all can write", []string{local}, func(t *testing.T, root string) { allow(t, root+"/work", 0o703) }, "others can write directory"},
		{"directory that a group can write", []string{local}, func(t *testing.T, root string) { allow(t, root+"/work", 0o730) }, "others can write directory"},
		{"sticky directory", []string{local}, func(t *testing.T, root string) { allow(t, root+"/work", 0o777|os.ModeSticky) }, "others can write directory"},
		{"link to a file that others can write", []string{local + " -> ../x.cfg", "x.cfg"}, func(t *testing.T, root string) { allow(t, root+"/x.cfg", 0o606) }, "others can write it"},
		{"link into a directory that others can write", []string{local + " -> ../open/x.cfg", "open/x.cfg"}, func(t *testing.T, root string) { allow(t, root+"/open", 0o707) }, "others can write directory"},
		{"link to a link in such a directory", []string{local + " -> ../open/y", "open/y -> ../x.cfg", "x.cfg"}, func(t *testing.T, root string) { allow(t, root+"/open", 0o707) }, "others can write directory"},
		{"another's link", []string{local + " -> ../x.cfg", "x.cfg"}, func(t *testing.T, root string) { ownertest.GiveAway(t, root+"/"+local) }, "belongs neither to you nor to root, but to user"},
	} {
		t.Run(test.why, func(t *testing.T) {
			root := tree(t, append(test.names, home)...)
			if test.arrange != nil {
				test.arrange(t, root)
			}
			f, err := Load("", env(root, nil))
			path := filepath.Join(root, local)
			if test.want == "" {
				if err != nil || f.path != path {
					t.Errorf("read %+v, %v", f, err)
				}
				return
			}
			if !errors.Is(err, sdk.ErrRefused) {
				t.Fatalf("error is %v, want a refusal", err)
			}
			for _, word := range []string{path, test.want, "-c " + path, NoLocalVariable} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q does not say %q", err, word)
				}
			}
		})
	}
}

// TestNamedFileIsNotVetted: who names a file means it.
func TestNamedFileIsNotVetted(t *testing.T) {
	root := tree(t, "work/.stormlock.cfg")
	allow(t, root+"/work/.stormlock.cfg", 0o666)
	allow(t, root+"/work", 0o777)
	for why, load := range map[string]func() (*File, error){
		"-c":         func() (*File, error) { return Load(".stormlock.cfg", env(root, nil)) },
		FileVariable: func() (*File, error) { return Load("", env(root, vars{FileVariable: "ROOT/work/.stormlock.cfg"})) },
	} {
		if _, err := load(); err != nil {
			t.Errorf("named by %s: %v", why, err)
		}
	}
}

func TestWorkingDirectoryLeftOut(t *testing.T) {
	root := tree(t, "work/.stormlock.cfg", "home/.stormlock.cfg")
	allow(t, root+"/work", 0o777)
	f, err := Load("", env(root, vars{NoLocalVariable: "1"}))
	if want := root + "/home/.stormlock.cfg"; err != nil || f.path != want {
		t.Errorf("read %+v, %v; want %s", f, err, want)
	}
	if _, err := Load("", env(root, vars{NoLocalVariable: "0"})); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("with 0: %v; want a refusal", err)
	}
	_, err = Load("", env(root, vars{NoLocalVariable: "yes"}))
	expect(t, "yes", err, "environment variable "+NoLocalVariable, "neither 1 nor 0")
}

// TestEffectiveUserDecides: under sudo, setuid and the like it is whose rights
// the process has that counts, and not who typed the command. It runs itself as
// a process whose two users differ.
func TestEffectiveUserDecides(t *testing.T) {
	const realUser, effective = 11111, 12345
	if path := os.Getenv("STORMLOCK_TEST_CONFIG"); path != "" {
		if err := syscall.Setreuid(realUser, effective); err != nil {
			t.Fatal(err)
		}
		_, err := Load("", Env{Getenv: vars{}.get, Dir: path})
		t.Logf("outcome: %v", err)
		return
	}
	if os.Geteuid() != 0 {
		ownertest.Become(t, effective)
		checkEffective(t, os.Getuid(), func(dir string) string {
			_, err := Load("", Env{Getenv: vars{}.get, Dir: dir})
			return "outcome: " + errorText(err)
		}, false)
		return
	}
	run := func(dir string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestEffectiveUserDecides$", "-test.v")
		cmd.Env = append(os.Environ(), "STORMLOCK_TEST_CONFIG="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	checkEffective(t, realUser, run, false)
	checkEffective(t, effective, run, true)
}

func errorText(err error) string {
	if err == nil {
		return "<nil>"
	}
	return err.Error()
}

// checkEffective has the file of a user read.
func checkEffective(t *testing.T, owner int, run func(dir string) string, accepted bool) {
	t.Helper()
	root := tree(t, "work/.stormlock.cfg")
	for _, path := range []string{filepath.Dir(root), root, root + "/work", root + "/work/.stormlock.cfg"} {
		allow(t, path, 0o755)
	}
	for _, path := range []string{root + "/work", root + "/work/.stormlock.cfg"} {
		if os.Geteuid() == 0 {
			if err := os.Chown(path, owner, owner); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := "but to user " + strconv.Itoa(owner)
	if accepted {
		want = "outcome: <nil>"
	}
	if got := run(root + "/work"); !strings.Contains(got, want) {
		t.Errorf("file of user %d: %s; want %q", owner, got, want)
	}
}
