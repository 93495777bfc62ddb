package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// vars stand for the environment.
type vars map[string]string

func (v vars) get(name string) string { return v[name] }

// tree makes a directory with the files, links (NAME -> TARGET) and
// directories (NAME/) named, and returns it.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		name, target, link := strings.Cut(name, " -> ")
		path := filepath.Join(root, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		switch {
		case err != nil:
		case link:
			err = os.Symlink(target, path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o700)
		default:
			err = os.WriteFile(path, []byte("[default]\n"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// env is that of somebody at work in root/work at home in root/home; "ROOT" in
// a value is the root.
func env(root string, extra vars) Env {
	all := vars{"HOME": "ROOT/home"}
	for name, value := range extra {
		all[name] = value
	}
	getenv := func(name string) string { return strings.ReplaceAll(all[name], "ROOT", root) }
	return Env{Getenv: getenv, Dir: filepath.Join(root, "work")}
}

func TestLocate(t *testing.T) {
	const work, xdg, home = "work/.stormlock.cfg", "home/.config/stormlock.cfg", "home/.stormlock.cfg"
	for _, test := range []struct {
		why      string
		names    []string
		explicit string
		vars     vars
		want     string
	}{
		{"working directory first", []string{work, xdg, home}, "", nil, work},
		{"then XDG's default", []string{xdg, home}, "", nil, xdg},
		{"then home", []string{home}, "", nil, home},
		{"XDG_CONFIG_HOME", []string{"cfg/stormlock.cfg", xdg, home}, "", vars{"XDG_CONFIG_HOME": "ROOT/cfg"}, "cfg/stormlock.cfg"},
		{"XDG_CONFIG_HOME replaces .config", []string{xdg, home}, "", vars{"XDG_CONFIG_HOME": "ROOT/cfg"}, home},
		{"relative XDG_CONFIG_HOME is ignored", []string{"work/cfg/stormlock.cfg", xdg}, "", vars{"XDG_CONFIG_HOME": "cfg"}, xdg},
		{"variable beats places", []string{work, "x.cfg"}, "", vars{FileVariable: "ROOT/x.cfg"}, "x.cfg"},
		{"empty variable names none", []string{home}, "", vars{FileVariable: ""}, home},
		{"relative variable", []string{work, "work/x.cfg"}, "", vars{FileVariable: "x.cfg"}, "work/x.cfg"},
		{"flag beats variable", []string{work, "work/y.cfg"}, "y.cfg", vars{FileVariable: "ROOT/missing.cfg"}, "work/y.cfg"},
		{"link", []string{work + " -> ../x.cfg", "x.cfg", home}, "", nil, work},
		{"a file where a directory would be", []string{"home/.config", home}, "", nil, home},
	} {
		root := tree(t, test.names...)
		got, err := Locate(test.explicit, env(root, test.vars))
		if want := filepath.Join(root, test.want); got != want || err != nil {
			t.Errorf("%s: Locate = %q, %v; want %q", test.why, got, err, want)
		}
	}
}

// What is there but unusable is never passed over for the next place.
func TestLocateRefuses(t *testing.T) {
	for _, test := range []struct {
		why      string
		names    []string
		explicit string
		vars     vars
		at       string
		words    []string
	}{
		{"directory", []string{"work/.stormlock.cfg/", "home/.stormlock.cfg"}, "", nil, "work/.stormlock.cfg", []string{"is a directory"}},
		{"link to nothing", []string{"work/.stormlock.cfg -> gone", "home/.stormlock.cfg"}, "", nil, "work/.stormlock.cfg", []string{"cannot be read"}},
		{"link to itself", []string{"home/.config/stormlock.cfg -> stormlock.cfg", "home/.stormlock.cfg"}, "", nil, "home/.config/stormlock.cfg", []string{"cannot be read"}},
		{"link loop on the way", []string{"home/.config -> .config", "home/.stormlock.cfg"}, "", nil, "home/.config/stormlock.cfg", []string{"cannot tell whether"}},
		{"device", []string{"work/.stormlock.cfg -> /dev/null", "home/.stormlock.cfg"}, "", nil, "work/.stormlock.cfg", []string{"not a regular file"}},
		{"variable names nothing", []string{"work/.stormlock.cfg"}, "", vars{FileVariable: "ROOT/x.cfg"}, "x.cfg", []string{FileVariable, "does not exist"}},
		{"flag names nothing", []string{"work/.stormlock.cfg"}, "x.cfg", vars{FileVariable: "ROOT/work/.stormlock.cfg"}, "work/x.cfg", []string{"named by -c", "does not exist"}},
		{"flag leads nowhere", []string{"work/x -> x"}, "x/y.cfg", nil, "work/x/y.cfg", []string{"named by -c cannot be read"}},
		{"flag names a directory", []string{"work/x/"}, "x", nil, "work/x", []string{"is a directory"}},
	} {
		root := tree(t, test.names...)
		got, err := Locate(test.explicit, env(root, test.vars))
		expect(t, test.why, err, filepath.Join(root, test.at)+": ", test.words...)
		if got != "" {
			t.Errorf("%s: Locate = %q beside its error", test.why, got)
		}
	}
}

func TestLocateNothing(t *testing.T) {
	e := env(tree(t, "work/"), nil)
	_, err := Locate("", e)
	missing, ok := errors.AsType[*NotFoundError](err)
	if !ok || !errors.Is(err, sdk.ErrConfig) {
		t.Fatalf("Locate: %v; want a *NotFoundError that matches sdk.ErrConfig", err)
	}
	if !slices.Equal(missing.Places, Places(e)) {
		t.Errorf("places %q; want %q", missing.Places, Places(e))
	}
	for _, word := range append(Places(e), `run "stormlock init"`) {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%v: want it to contain %q", err, word)
		}
	}
	if !strings.HasSuffix(err.Error(), `run "stormlock init"`) {
		t.Errorf("%v: want it to end in what to do", err)
	}
}

func TestPlaces(t *testing.T) {
	for _, test := range []struct {
		why  string
		dir  string
		vars vars
		want []string
	}{
		{"default", "", vars{"HOME": "/home/ana"}, []string{"./.stormlock.cfg", "/home/ana/.config/stormlock.cfg", "/home/ana/.stormlock.cfg"}},
		{"directory", "/srv", vars{"HOME": "/home/ana"}, []string{"/srv/.stormlock.cfg", "/home/ana/.config/stormlock.cfg", "/home/ana/.stormlock.cfg"}},
		{"XDG", "", vars{"HOME": "/home/ana", "XDG_CONFIG_HOME": "/cfg"}, []string{"./.stormlock.cfg", "/cfg/stormlock.cfg", "/home/ana/.stormlock.cfg"}},
		{"relative XDG", "", vars{"HOME": "/home/ana", "XDG_CONFIG_HOME": "./cfg"}, []string{"./.stormlock.cfg", "/home/ana/.config/stormlock.cfg", "/home/ana/.stormlock.cfg"}},
		{"no home", "", vars{"XDG_CONFIG_HOME": "/cfg"}, []string{"./.stormlock.cfg", "/cfg/stormlock.cfg"}},
		{"relative home", "", vars{"HOME": "ana"}, []string{"./.stormlock.cfg"}},
		{"nothing", "", nil, []string{"./.stormlock.cfg"}},
	} {
		if got := Places(Env{Getenv: test.vars.get, Dir: test.dir}); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q; want %q", test.why, got, test.want)
		}
	}
}

func TestStarterPath(t *testing.T) {
	for _, test := range []struct {
		why      string
		explicit string
		vars     vars
		want     string
	}{
		{"flag", "x.cfg", vars{"HOME": "/home/ana", FileVariable: "/y.cfg"}, "x.cfg"},
		{"variable", "", vars{"HOME": "/home/ana", FileVariable: "/y.cfg"}, "/y.cfg"},
		{"home", "", vars{"HOME": "/home/ana"}, "/home/ana/.config/stormlock.cfg"},
		{"XDG", "", vars{"HOME": "/home/ana", "XDG_CONFIG_HOME": "/cfg"}, "/cfg/stormlock.cfg"},
		{"relative XDG", "", vars{"HOME": "/home/ana", "XDG_CONFIG_HOME": "cfg"}, "/home/ana/.config/stormlock.cfg"},
		{"no home", "", vars{"XDG_CONFIG_HOME": "/cfg"}, "/cfg/stormlock.cfg"},
	} {
		if got, err := StarterPath(test.explicit, Env{Getenv: test.vars.get}); got != test.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", test.why, got, err, test.want)
		}
	}
	_, err := StarterPath("", Env{Getenv: vars{"HOME": "ana"}.get})
	expect(t, "nothing", err, "no place", "HOME", "-c")
}
