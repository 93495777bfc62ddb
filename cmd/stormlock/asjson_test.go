//go:build unix

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// plainText are the commands whose output is text for people or shells.
var plainText = []string{"help", "completion", "__complete"}

// TestJSONEverywhere: with --json, whatever a command prints on stdout is one object a
// line. The commands are those of canaryCommands, so none is left out.
func TestJSONEverywhere(t *testing.T) {
	o := newOperator(t, "local", "[backend.local]\npath = "+t.TempDir()+"/locks\n")
	printed := map[string]bool{}
	for _, c := range canaryCommands {
		name, _, _ := strings.Cut(c.path, " ")
		if slices.Contains(plainText, name) {
			continue
		}
		o.run(t, "release", "r")
		if c.path != "acquire" {
			o.ok(t, "acquire", "r")
		}
		args := append([]string{"--json"}, c.args(slot{backend: "local"})...)
		stdout, stderr, _ := o.run(t, args...)
		for line := range strings.Lines(stdout) {
			var object map[string]any
			if err := json.Unmarshal([]byte(line), &object); err != nil || !strings.HasSuffix(line, "\n") {
				t.Errorf("%q prints %q, which is no object: %v; stderr %q", args, line, err, stderr)
			}
			printed[c.path] = true
		}
	}
	for _, path := range []string{"acquire", "current", "config show", "mine", "init", "backend list", "backend describe", "backend pin", "version"} {
		if !printed[path] {
			t.Errorf("%s prints nothing", path)
		}
	}
}

// TestJSONOfALease: acquire, renew and current print the same object.
func TestJSONOfALease(t *testing.T) {
	o := newOperator(t, "local", "")
	read := func(args ...string) (v view) {
		t.Helper()
		text := o.ok(t, append([]string{"--json"}, args...)...)
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Errorf("%q prints %q: %v", args, text, err)
		}
		return v
	}
	taken := read("acquire", "-t", "1h", "-m", "why\nnot", "prod-db")
	if taken.Resource != "prod-db" || taken.Reason != "why\nnot" || taken.Principal != "ana@ops" || taken.Backend != "local" ||
		taken.TTLSeconds < 3500 || taken.TTLSeconds > 3600 || taken.Created == "" || taken.Fence == 0 {
		t.Errorf("acquire prints %+v", taken)
	}
	renewed := read("renew", "-t", "2h", "prod-db")
	if renewed.TTLSeconds < 7100 || renewed.TTLSeconds > 7200 {
		t.Errorf("renew prints %+v", renewed)
	}
	current := read("current", "prod-db")
	for _, v := range []*view{&taken, &renewed, &current} {
		v.TTLSeconds, v.Expires = 0, ""
	}
	if taken != renewed || renewed != current {
		t.Errorf("acquire, renew and current print %+v, %+v and %+v", taken, renewed, current)
	}
	if out := o.ok(t, "--json", "is-held", "prod-db", taken.ID); out != "" {
		t.Errorf("is-held prints %q", out)
	}
	if out := o.ok(t, "renew", "prod-db"); out != "" {
		t.Errorf("renew prints %q without --json", out)
	}
	if out := o.ok(t, "--json", "release", "prod-db"); out != "" {
		t.Errorf("release prints %q", out)
	}
}

// TestJSONHidesSecrets: a value that config show hides is not in the object either.
func TestJSONHidesSecrets(t *testing.T) {
	o := newOperator(t, "good", "[backend.good]\ntoken = s3cr3t-token\nlevel = 7\n")
	seen := map[string]settingView{}
	for line := range strings.Lines(o.ok(t, "--json", "config", "show", "r") + "\n") {
		var v settingView
		if err := json.Unmarshal([]byte(line), &v); err != nil || strings.Contains(line, "s3cr3t") {
			t.Errorf("line %q: %v", line, err)
		}
		seen[v.Section+" "+v.Key] = v
	}
	token, level, ttl := seen["backend.good token"], seen["backend.good level"], seen[" ttl"]
	if !token.Hidden || token.Value != nil || level.Hidden || level.Value == nil || *level.Value != "7" || ttl.Value == nil ||
		!strings.HasSuffix(level.Source, "stormlock.cfg:7") {
		t.Errorf("settings are %+v", seen)
	}
}

// TestJSONOfHostileText: what others have written is read as it is, and a terminal has
// nothing to act upon.
func TestJSONOfHostileText(t *testing.T) {
	s := newStage(t)
	for _, a := range []appearance{
		{words("acquire r"), exitDone, 1, warned + 1, 0},
		{words("renew r ffff"), exitDone, 1, warned + 1, 0},
		{words("backend list"), exitDone, 6, 0, 0},
		{words("backend describe evil"), exitDone, 1, 0, 0},
		{words("backend describe evil-wire"), exitDone, 1, 0, 0},
		{words("backend pin evil"), exitDone, 1, 1, 0},
		{words("backend setup --dry-run evil"), exitDone, 2, warned, 0},
		{words("config show r"), exitDone, 5, 0, 0},
		{words("init evil -c new"), exitDone, 1, 0, 0},
	} {
		got := s.run(append([]string{"-c", s.config, "--json"}, a.args...)...)
		a.check(t, got)
		for line := range strings.Lines(got.stdout) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%q prints %q", a.args, line)
			}
		}
	}
}
