//go:build unix

package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// completes runs what a shell runs when TAB is pressed and returns the words that it
// is told, and what is said about each. Nothing may be written on stderr.
func (o *operator) completes(t *testing.T, line ...string) (words, about []string) {
	t.Helper()
	stdout, stderr, code := o.run(t, append([]string{"__complete"}, line...)...)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if code != exitDone || stderr != "" || !strings.HasPrefix(lines[len(lines)-1], ":") {
		t.Errorf("%q: exit code %d, stderr %q, stdout %q", line, code, stderr, stdout)
	}
	for _, l := range lines[:len(lines)-1] {
		word, rest, _ := strings.Cut(l, "\t")
		words, about = append(words, word), append(about, rest)
	}
	return words, about
}

// offers checks which words complete a line. It asks again for a while: on a busy
// machine a store may not answer within the time.
func (o *operator) offers(t *testing.T, want string, line ...string) {
	t.Helper()
	var got string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		words, _ := o.completes(t, line...)
		if got = strings.Join(words, " "); got == want {
			return
		}
	}
	t.Errorf("%q is completed with %q, want %q", line, got, want)
}

// TestCompletion: resources come from the record, the store and the configuration,
// each once and in this order.
func TestCompletion(t *testing.T) {
	o := newOperator(t, "local", "[prod-cfg]\nttl = 1m\n[prod-db]\nttl = 1m\n[backend.local]\n")
	o.ok(t, "acquire", "prod-app")
	if err := os.RemoveAll(filepath.Join(o.home, ".local", "state", "stormlock", "leases")); err != nil {
		t.Fatal(err)
	}
	id := o.ok(t, "acquire", "prod-db")
	o.ok(t, "acquire", "-m", "why", "test")
	for _, command := range []string{"acquire", "renew", "release", "current", "is-held"} {
		o.offers(t, "prod-db prod-app prod-cfg", command, "prod-")
	}
	o.offers(t, "prod-db test prod-app prod-cfg", "config", "show", "")
	o.offers(t, id, "release", "prod-db", "")
	o.offers(t, id, "renew", "-t", "5m", "prod-db", id[:4])
	o.offers(t, "", "release", "prod-app", "")
	o.offers(t, "", "release", "prod-db", id, "")
	o.offers(t, "", "acquire", "-t", "")
	o.offers(t, "", "acquire", "-m", "")
	o.offers(t, "", "acquire", "prod-db", "")
	o.offers(t, "", "version", "")
	_, about := o.completes(t, "current", "prod-")
	if want := []string{"on your record: held", "held by ana@ops", "in the configuration file"}; !slices.Equal(about, want) {
		t.Errorf("said of them: %q", about)
	}
}

// TestCompletionOfBackendsAndValues: what no store is needed for.
func TestCompletionOfBackendsAndValues(t *testing.T) {
	o := newOperator(t, "good", "")
	o.env = append(o.env, "PATH="+plugintest.Install(t, "good", "slow")+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, command := range []string{"describe", "pin", "setup", "check"} {
		o.offers(t, "good slow", "backend", command, "")
	}
	o.offers(t, "slow", "init", "s")
	o.offers(t, "trace debug info warn error off", "--log-level", "")
	o.offers(t, "--log-level", "current", "--log")
	stdout, _, _ := o.run(t, "__complete", "-c", "")
	if stdout != ":0\n" { // files
		t.Errorf("-c is completed with %q", stdout)
	}
}

// TestFormatsAreCompleted: the values that a command's help lists are those that it
// knows.
func TestFormatsAreCompleted(t *testing.T) {
	o := newOperator(t, "good", "")
	seen := 0
	for _, path := range leaves(newRoot(), "") {
		cmd, _, err := newRoot().Find(strings.Fields(path))
		if err != nil || cmd.Flags().Lookup("format") == nil {
			continue
		}
		seen++
		words, _ := o.completes(t, append(strings.Fields(path), "-f", "")...)
		args := append(strings.Fields(path), "-f", "nonsense")
		switch names, _ := operands(cmd.Use); {
		case slices.Contains(names, "RESOURCE"):
			args = append(args, "r")
		case slices.Contains(names, "NAME"):
			args = append(args, "good")
		}
		if _, stderr, code := o.run(t, args...); code != exitUsage || !strings.Contains(stderr, "; use "+oneOf(words)+"\n") {
			t.Errorf("%s: completed with %q, but: %d, %s", path, words, code, stderr)
		}
	}
	if seen < 2 {
		t.Errorf("%d commands have a flag --format", seen)
	}
}

// TestEveryArgumentIsCompleted: what a line of use calls an argument is known, but for
// a command to run, which the shell knows better.
func TestEveryArgumentIsCompleted(t *testing.T) {
	known := []string{"RESOURCE", "PREFIX", "LEASE_ID", "NAME", "BACKEND", "COMMAND", "ARG", "ARGUMENT", "ARGS"}
	for _, path := range leaves(newRoot(), "") {
		cmd, _, _ := newRoot().Find(strings.Fields(path))
		names, _ := operands(cmd.Use)
		for _, name := range names {
			if !slices.Contains(known, name) || cmd.ValidArgsFunction == nil {
				t.Errorf("%s: nothing completes %s", path, name)
			}
		}
	}
}

func TestOperands(t *testing.T) {
	for use, want := range map[string]string{
		"acquire [-t TTL] [-m REASON] RESOURCE":               "[RESOURCE] false",
		"release RESOURCE [LEASE_ID]":                         "[RESOURCE LEASE_ID] false",
		"release [--strict] {RESOURCE [LEASE_ID] | --all}":    "[RESOURCE LEASE_ID] false",
		"exec [-t TTL] RESOURCE -- COMMAND [ARGUMENT...]":     "[RESOURCE COMMAND ARGUMENT] true",
		"exec [--ttl TTL] [-m REASON] RESOURCE -- COMMAND...": "[RESOURCE COMMAND] true",
		"version": "[] false",
	} {
		if names, endless := operands(use); fmt.Sprint(names, endless) != want {
			t.Errorf("%s: %v %t, want %s", use, names, endless, want)
		}
	}
}

// TestCompletionDoesNotWait: 300 ms after the beginning it is over, with what is there
// by then, whatever the sources do.
func TestCompletionDoesNotWait(t *testing.T) {
	defer func(before time.Duration) { completionTime = before }(completionTime)
	completionTime = promptness
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		defer close(end)
		var asked time.Duration
		begin := time.Now()
		words, directive := complete(t.Context(), "", []source{
			func(_ context.Context, offer func(suggestion)) {
				offer(suggestion{"hangs", ""})
				<-end
			},
			func(context.Context, func(suggestion)) { panic("a bug") },
			func(ctx context.Context, offer func(suggestion)) {
				<-ctx.Done()
				asked = time.Since(begin)
				offer(suggestion{"heeds", "the end"})
				offer(suggestion{"hangs", "again"})
			},
		}...)
		if took := time.Since(begin); took != 300*time.Millisecond || asked != 200*time.Millisecond {
			t.Errorf("it took %s, the source got %s", took, asked)
		}
		if want := []string{"hangs", "heeds\tthe end"}; !slices.Equal(words, want) || directive&cobra.ShellCompDirectiveError != 0 {
			t.Errorf("words are %q, %d", words, directive)
		}
	})
}

// TestCompletionOfAStoreThatHangs: the answer is there all the same, the plugin is
// gone, and so is its directory. A machine that is too busy for that gets more tries.
func TestCompletionOfAStoreThatHangs(t *testing.T) {
	o := newOperator(t, "tedious", "[pro-cfg]\n")
	pid := filepath.Join(o.home, "pid")
	env := append(o.env, plugintest.PIDFile+"="+pid)
	backendtest.Eventually(t, time.Minute, "what the store told is offered, and nothing is left", func() bool {
		tmp := t.TempDir()
		o.env = append(env, "TMPDIR="+tmp)
		begin := time.Now()
		words, _ := o.completes(t, "current", "pro")
		if took := time.Since(begin); took > completionTime+10*time.Second {
			t.Errorf("it took %s", took)
		}
		left, err := os.ReadDir(tmp)
		return err == nil && len(left) == 0 && slices.Equal(words, []string{"pro-first", "pro-cfg"})
	})
	process, err := strconv.Atoi(content(pid))
	if err != nil {
		t.Fatal(err)
	}
	backendtest.Eventually(t, 20*time.Second, "the plugin ends", func() bool { return gone(process) })
}

// TestCompletionWithoutAnything: faults are no words, and no errors.
func TestCompletionWithoutAnything(t *testing.T) {
	o := newOperator(t, "local", "")
	for name, text := range map[string]string{
		"syntax":     "nonsense",
		"no backend": "[default]\nttl = 1m\n",
		"missing":    "[default]\nbackend = none\n",
		"panics":     "[default]\nbackend = evil-end\n",
	} {
		o.configure(t, text)
		if words, _ := o.completes(t, "current", ""); len(words) != 0 {
			t.Errorf("%s: completed with %q", name, words)
		}
	}
	for _, line := range [][]string{{"nonsense", ""}, {"current", "--nonsense", ""}, {"--timeout", "nonsense", "current", ""}, {"--log-level", "x", "current", ""}, {"-c", "", "current", ""}} {
		if words, _ := o.completes(t, line...); len(words) != 0 {
			t.Errorf("%q: completed with %q", line, words)
		}
	}
}

// TestCompletionChangesNothing: not a file is made, changed or removed.
func TestCompletionChangesNothing(t *testing.T) {
	o := newOperator(t, "local", "")
	o.ok(t, "acquire", "-t", "1s", "prod-db")
	record, err := leases.Open(filepath.Join(o.home, ".local", "state", "stormlock", "leases"))
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	over := time.Now().Add(-48 * time.Hour) // which other commands remove
	if err := record.Write(leases.Note{State: leases.Held, Resource: "prod-old", Backend: "local", Config: "/c", AskedID: "1", TTL: "1m", Since: over, Until: over}); err != nil {
		t.Fatal(err)
	}
	before := tree(t, o.home)
	o.offers(t, "prod-db", "release", "prod")
	o.offers(t, "prod-db", "-v", "acquire", "prod")
	o.offers(t, "local", "backend", "pin", "")
	if after := tree(t, o.home); after != before {
		t.Errorf("files are\n%s\nand were\n%s", after, before)
	}
	empty := newOperator(t, "local", "")
	before = tree(t, empty.home)
	for range 3 {
		empty.completes(t, "release", "prod")
	}
	if after := tree(t, empty.home); after != before {
		t.Errorf("files are\n%s\nand were\n%s", after, before)
	}
}

// tree tells the files below a directory: names, sizes and times.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && !d.IsDir() {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTypeable: nothing is offered that a shell would read as more than a word.
func TestTypeable(t *testing.T) {
	for _, word := range []string{"prod-db", "a.b/c_d:e@f+g=h%i", "größe", "データ", "7", "/etc", "_activeHelp_"} {
		if !typeable(word) {
			t.Errorf("%q is not offered", word)
		}
	}
	for _, word := range []string{"", "-rf", "=ls", "@x", "%1", ":4", "~root", ".", "+x"} {
		if typeable(word) {
			t.Errorf("%q is offered", word)
		}
	}
	for _, r := range "\x00\t\n\r !\"#$&'()*,;<>?[\\]^`{|}~ \u2018\u2019\u201c\u201d\u2013\u2014\u202e\x7f" {
		if typeable("a" + string(r) + "b") {
			t.Errorf("%q is offered", r)
		}
		if got := described(suggestion{"w", "a" + string(r) + "b"}); r != ' ' && r != ',' && got != "w\ta_b" {
			t.Errorf("%q is described as %q", r, got)
		}
	}
	if got := described(suggestion{"w", strings.Repeat("x", 100)}); len([]rune(got)) != 62 {
		t.Errorf("a long description comes as %q", got)
	}
}

func TestShellWords(t *testing.T) {
	t.Setenv("HOME", "/home/ana")
	for line, want := range map[string][]string{
		`stormlock __complete  current ''`: {"stormlock", "__complete", "current", ""},
		`a -m 'x; $(y) "z"' ""`:            {"a", "-m", `x; $(y) "z"`, ""},
		`a "b \"c\" \$d \e" f\ g\;h`:       {"a", `b "c" $d \e`, "f g;h"},
		`a 'open b`:                        {"a", "open b"},
		`a x'y'"z"`:                        {"a", "xyz"},
		`-c ~/x.cfg '~/y' \~/z a~/b ~c`:    {"-c", "/home/ana/x.cfg", "~/y", "~/z", "a~/b", "~c"},
		"a\tb\nc $(touch x) `y` > z":       {"a", "b", "c", "$(touch", "x)", "`y`", ">", "z"},
		``:                                 nil,
	} {
		if got := shellWords(line); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// TestCompletionScriptsAreChanged: a later cobra may write others.
func TestCompletionScriptsAreChanged(t *testing.T) {
	o := newOperator(t, "good", "")
	for shell, change := range safer {
		for _, flags := range [][]string{nil, {"--no-descriptions"}} {
			script := o.ok(t, append([]string{"completion", shell}, flags...)...)
			if !strings.Contains(script, change[1]) {
				t.Errorf("%s: the script is not changed", shell)
			}
			if bare := strings.Contains(script, "__completeNoDesc"); bare != (flags != nil) {
				t.Errorf("%s %v: the script asks for descriptions", shell, flags)
			}
		}
	}
}
