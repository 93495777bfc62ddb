package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// published is the version that the modules require of each other.
const published = "v0.1.0"

// asPublished runs a command outside of the checkout, where the modules are found as if
// they had been published, as a user with nothing but Go.
func asPublished(t *testing.T, home string, command ...string) string {
	t.Helper()
	script, err := filepath.Abs(filepath.Join(root, "scripts", "as-published.sh"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(script, append([]string{published}, command...)...)
	cmd.Dir = home
	bin := filepath.Join(home, "bin")
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CGO_ENABLED=0",
		"XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "STORMLOCK_CONFIG=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	return string(out)
}

var codeBlock = regexp.MustCompile("(?ms)(?:^`([a-z_]+\\.go)`:\n\n)?^```(go|sh)\n(.*?)^```$")

// steps turns a document into a script: its files are written, its commands run.
func steps(document string) string {
	var script strings.Builder
	for _, block := range codeBlock.FindAllStringSubmatch(document, -1) {
		if name, text := block[1], block[3]; block[2] == "go" {
			script.WriteString("cat >" + name + " <<'END OF FILE'\n" + text + "END OF FILE\n")
		} else {
			script.WriteString(text)
		}
	}
	return script.String()
}

// TestWritingABackend does what docs/writing-a-backend.md says, word by word, where
// nothing of this checkout is found but what is published.
func TestWritingABackend(t *testing.T) {
	home := t.TempDir()
	script := filepath.Join(home, "steps.sh")
	if err := os.WriteFile(script, []byte(steps(read(t, "docs/writing-a-backend.md"))), 0o600); err != nil {
		t.Fatal(err)
	}
	out := asPublished(t, home, "bash", "-euo", "pipefail", script)
	for _, want := range []string{
		"ok  	example.com/stormlock-backend-sqlite",
		"stormlock-backend-sqlite  ok\n",
		"path  file that holds the locks; absolute   required\n",
		"\nok 1 - handshake-in-time\n", " - mutual-exclusion\n", " - setup-can-be-repeated\n",
		"CREATE TABLE locks",
		"quick_check says: ok",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q", want)
		}
	}
	if strings.Contains(out, "not ok") || t.Failed() {
		t.Errorf("it printed:\n%s", out)
	}
	if module, err := os.ReadFile(filepath.Join(home, "stormlock-backend-sqlite", "go.mod")); err != nil || strings.Contains(string(module), "replace") || !strings.Contains(string(module), "sdk "+published) {
		t.Errorf("go.mod (%v): %s", err, module)
	}
}

// TestGoInstall: the core and each plugin can be installed by their paths and a version,
// which gives executables of the right names that know it.
func TestGoInstall(t *testing.T) {
	home := t.TempDir()
	packages := []string{"github.com/stormlock/stormlock/cmd/stormlock"}
	for _, plugin := range plugins(t) {
		packages = append(packages, "github.com/stormlock/stormlock/plugins/"+plugin+"/cmd/stormlock-backend-"+plugin)
	}
	var script strings.Builder
	for _, path := range packages {
		script.WriteString("go install " + path + "@" + published + "\n")
	}
	asPublished(t, home, "bash", "-euc", script.String())
	for _, path := range packages {
		name := path[strings.LastIndex(path, "/")+1:]
		out, err := exec.Command(filepath.Join(home, "bin", name), "--version").CombinedOutput()
		if text := string(out); err != nil || !strings.HasPrefix(text, name+" ") || !strings.Contains(text, " "+published) {
			t.Errorf("%s --version: %v: %q", name, err, out)
		}
	}
	if all := installed(t, filepath.Join(home, "bin")); len(all) != len(packages) {
		t.Errorf("installed are %q", all)
	}
}

// plugins are the names of the backends in this checkout.
func plugins(t *testing.T) (names []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(root, "plugins", "*", "cmd"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no plugins: %v", err)
	}
	for _, path := range all {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	return names
}
