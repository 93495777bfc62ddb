//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A shell in which completion is loaded, on a real terminal.
type shell struct {
	name string
	rc   string   // what it reads first
	args []string // RC stands for the file with that
	open string   // begins a command substitution in its language
}

var shells = []shell{
	{
		"bash",
		"PS1='ready> '; source /usr/share/bash-completion/bash_completion\nsource <(stormlock completion bash)\n",
		[]string{"--noprofile", "--rcfile", "RC", "-i"},
		"$(",
	},
	{
		"zsh",
		"PS1='ready> '; autoload -U compinit; compinit -u -D\nsource <(stormlock completion zsh)\n",
		[]string{"-d", "-i"},
		"$(",
	},
	{
		"fish",
		"function fish_prompt; echo -n 'ready> '; end; set -g fish_greeting ''\nstormlock completion fish | source\n",
		[]string{"--no-config", "--init-command", "source RC", "-i"},
		"(",
	},
}

// start starts the shell in an operator's home directory.
func (s shell) start(t *testing.T, o *operator) *screen {
	t.Helper()
	if _, err := exec.LookPath(s.name); err != nil {
		t.Fatalf("%v; run: make deps", err)
	}
	rc := filepath.Join(o.home, ".zshrc")
	if err := os.WriteFile(rc, []byte(s.rc), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{}, s.args...)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "RC", rc)
	}
	cmd := exec.Command(s.name, args...)
	cmd.Dir = o.home
	cmd.Env = append(o.env, "ZDOTDIR="+o.home, "INPUTRC=/dev/null", "LC_ALL=C.UTF-8")
	screen := onScreen(t, cmd)
	screen.await(t, "ready> ")
	return screen
}

// completed types the beginning of a line and TAB, again and again until a text
// appears: on a busy machine a store may not answer within the time.
func (s *screen) completed(t *testing.T, beginning, want string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		before := len(s.text())
		s.types(t, beginning+"\t")
		for wait := time.Now().Add(12 * time.Second); time.Now().Before(wait); time.Sleep(20 * time.Millisecond) {
			if strings.Contains(strings.ReplaceAll(s.text()[before:], "\a", ""), want) {
				s.types(t, "\x15") // Ctrl-U: the line is empty again
				return
			}
		}
		s.types(t, "\x15")
	}
	t.Fatalf("%q and TAB never show %q, but %q", beginning, want, s.text())
}

// TestCompletionInShells presses TAB in real shells.
func TestCompletionInShells(t *testing.T) {
	for _, s := range shells {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := newOperator(t, "local", "")
			id := o.ok(t, "acquire", "prod:db/größe")
			screen := s.start(t, o)
			screen.completed(t, "stormlock acq", "stormlock acquire")
			screen.completed(t, "stormlock release pro", "prod:db/größe")
			screen.completed(t, "stormlock release -- prod:db/größe "+id[:4], id)
			screen.completed(t, "stormlock acquire -m 'why; (not)' prod:d", "prod:db/größe")
			screen.completed(t, "stormlock current --format=js", "json")
			screen.completed(t, "stormlock --log-level tr", "trace")
		})
	}
}

// TestCompletionCarriesOutNothing: neither what others have named a resource, nor what
// stands on the line, is carried out when TAB is pressed, once or several times.
func TestCompletionCarriesOutNothing(t *testing.T) {
	for _, s := range shells {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			o := newOperator(t, "local", "")
			for i, name := range []string{"%stouch pwned)", "A;touch pwned;", "A`touch pwned`", "A\"%stouch pwned)\"", "A'|touch pwned|'", "A b"} {
				if strings.Contains(name, "%s") {
					name = fmt.Sprintf(name, s.open)
				}
				for _, end := range []string{"x", "y"} { // two that begin alike
					o.ok(t, "acquire", "-t", "1h", "-m", fmt.Sprint(i), name+end)
				}
			}
			o.ok(t, "acquire", "Axe")
			screen := s.start(t, o)
			for _, line := range []string{
				"stormlock current ",
				"stormlock current A",
				"stormlock acquire -m 'x; touch pwned' A",
				"stormlock acquire -m \"" + s.open + "touch pwned)\" A",
				"stormlock acquire -m " + s.open + "touch pwned) A",
				"stormlock current Axe > pwned ",
			} {
				screen.types(t, line)
				for range 4 {
					screen.types(t, "\t")
					time.Sleep(200 * time.Millisecond)
				}
				screen.types(t, "\x15")
				time.Sleep(100 * time.Millisecond)
			}
			screen.completed(t, "stormlock current Ax", "Axe")
			if _, err := os.Lstat(filepath.Join(o.home, "pwned")); err == nil {
				t.Errorf("what stands on the line, or in the store, was carried out; the screen shows %q", screen.text())
			}
		})
	}
}
