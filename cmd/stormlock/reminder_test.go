package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
)

// TestEndsSoon: what is soon depends on how long a lease lasts.
func TestEndsSoon(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		lasts, left time.Duration
		want        bool
	}{
		{10 * 24 * time.Hour, 25 * time.Hour, false},
		{10 * 24 * time.Hour, 23 * time.Hour, true},
		{2 * time.Hour, 13 * time.Minute, false},
		{2 * time.Hour, 11 * time.Minute, true},
		{time.Hour, 11 * time.Minute, false},
		{time.Hour, 9 * time.Minute, true},
		{5 * time.Minute, 5 * time.Minute, false},
		{5 * time.Minute, 151 * time.Second, false},
		{5 * time.Minute, 149 * time.Second, true},
		{time.Hour, 0, false},
		{time.Hour, -time.Second, false},
	} {
		n := leases.Note{State: leases.Held, Since: now.Add(-1000 * time.Hour), Until: now.Add(c.left), Granted: now.Add(c.left - c.lasts)}
		if got := endsSoon(n, now); got != c.want {
			t.Errorf("%s left of %s: %t, want %t", c.left, c.lasts, got, c.want)
		}
		n.Since, n.Granted = n.Granted, time.Time{} // as an earlier stormlock wrote it
		if got := endsSoon(n, now); got != c.want {
			t.Errorf("%s left of %s, without the time of the grant: %t, want %t", c.left, c.lasts, got, c.want)
		}
		for _, state := range []leases.State{leases.Asked, leases.Releasing} {
			n.State = state
			if endsSoon(n, now) {
				t.Errorf("%s left of %s, %s: it is told of", c.left, c.lasts, state)
			}
		}
	}
}

// record opens an operator's record for the rest of the test.
func (o *operator) record(t *testing.T) *leases.Record {
	t.Helper()
	record, err := leases.Create(filepath.Join(o.home, ".local", "state", "stormlock", "leases"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = record.Close() })
	return record
}

// plant puts a lease on an operator's record that was granted for an hour, some time
// ago.
func (o *operator) plant(t *testing.T, resource string, left time.Duration) {
	t.Helper()
	until := time.Now().Add(left)
	note := leases.Note{
		State: leases.Held, Resource: resource, Backend: "local", Config: filepath.Join(o.home, ".config", "stormlock.cfg"),
		AskedID: plugintest.LateID, TTL: "1h", Since: until.Add(-time.Hour), Granted: until.Add(-time.Hour), Until: until,
	}
	if err := o.record(t).Write(note); err != nil {
		t.Fatal(err)
	}
}

// onlyNote is the one lease on an operator's record.
func (o *operator) onlyNote(t *testing.T) leases.Note {
	t.Helper()
	notes, faults := o.record(t).List(time.Now())
	if len(notes) != 1 || len(faults) != 0 {
		t.Fatalf("on record: %v, %v", notes, faults)
	}
	return notes[0]
}

const reminds = "warning: your lease of resource "

// TestReminder: every command that has to do with locks tells of a lease that ends
// soon, whatever comes of it, and no other does.
func TestReminder(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "local", "")
	o.plant(t, "prod db", 9*time.Minute)
	o.plant(t, "later", 11*time.Minute)
	want := "stormlock: " + reminds + `"prod db" ends in 8m`
	how := "; to keep it, run: stormlock -c " + o.home + "/.config/stormlock.cfg renew -t 1h 'prod db'\n"
	for _, args := range []string{
		"acquire r", "renew r", "current r", "release r", "current r", "is-held r " + plugintest.LateID, "mine", "mine --json",
		"renew r " + plugintest.LateID, "config show r", "backend list", "release --all --json", "break --lease x --yes -m y r",
	} {
		stdout, stderr, _ := o.run(t, strings.Fields(args)...)
		if args == "release --all --json" { // nothing is left to tell of
			if strings.Contains(stderr, reminds) {
				t.Errorf("%s: stderr %q", args, stderr)
			}
			o.plant(t, "prod db", 9*time.Minute)
			continue
		}
		if !strings.Contains(stderr, want) || !strings.HasSuffix(stderr, how) || strings.Count(stderr, reminds) != 1 {
			t.Errorf("%s: stderr %q, want %q", args, stderr, want+"…"+how)
		}
		if strings.Contains(stdout, reminds) {
			t.Errorf("%s: stdout %q", args, stdout)
		}
	}
	for _, args := range []string{
		"version", "--version", "help", "help acquire", "--help", "acquire --help", "mine -h", "completion bash", "__complete acq", "", "acquire", "nonsense",
	} {
		if _, stderr, _ := o.run(t, strings.Fields(args)...); strings.Contains(stderr, reminds) {
			t.Errorf("%s: stderr %q", args, stderr)
		}
	}
}

// TestReminderIsNotOfOwn: what a command takes, renews or releases it does not warn
// of, and what is told first is what ends first.
func TestReminderIsNotOfOwn(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "local", "")
	for _, args := range [][]string{{"acquire", "-t", "2m", "r"}, {"renew", "-t", "1m", "r"}, {"release", "r"}} {
		if _, stderr, code := o.run(t, args...); code != exitDone || stderr != "" {
			t.Errorf("%s: exit code %d, stderr %q", args, code, stderr)
		}
	}
	o.plant(t, "b", 9*time.Minute)
	o.plant(t, "a", 9*time.Minute+30*time.Second)
	o.plant(t, "c", 8*time.Minute)
	if _, stderr, _ := o.run(t, "mine"); !strings.Contains(stderr, reminds+`"c" ends in 7m`) || !strings.HasSuffix(stderr, " c; and 2 more, see: stormlock mine\n") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("stderr %q", stderr)
	}
	if _, stderr, _ := o.run(t, "release", "c"); !strings.Contains(stderr, reminds+`"b"`) || strings.Contains(stderr, reminds+`"c"`) {
		t.Errorf("after a release: stderr %q", stderr)
	}
}

// TestReminderIsSilent where the record cannot be read: that is for others to tell.
func TestReminderIsSilent(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "local", "")
	o.plant(t, "r", time.Minute)
	path := filepath.Join(o.home, ".local", "state", "stormlock", "leases")
	if err := os.WriteFile(filepath.Join(path, "garbage.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, _ := o.run(t, "backend", "list"); !strings.Contains(stderr, reminds) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("with a file that is no note: stderr %q", stderr)
	}
	if err := os.Rename(path, path+"2"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := o.run(t, "backend", "list"); stderr != "" || code != exitDone {
		t.Errorf("with a file as the record: exit code %d, stderr %q", code, stderr)
	}
}

// TestReminderAfterARenewal: how long a lease lasts is counted from its last renewal.
func TestReminderAfterARenewal(t *testing.T) {
	t.Parallel()
	o := newOperator(t, "local", "")
	o.ok(t, "acquire", "-t", "1m", "r")
	n := o.onlyNote(t)
	n.Since, n.Granted = n.Since.Add(-1000*time.Hour), n.Granted.Add(-1000*time.Hour)
	if err := o.record(t).Write(n); err != nil {
		t.Fatal(err)
	}
	o.ok(t, "renew", "-t", "2h", "r")
	n = o.onlyNote(t)
	for left, want := range map[time.Duration]bool{13 * time.Minute: false, 11 * time.Minute: true} {
		if got := endsSoon(n, n.Until.Add(-left)); got != want {
			t.Errorf("%s before its end: %t, want %t", left, got, want)
		}
	}
	if text := reminder([]leases.Note{n}, time.Now()); !strings.Contains(text, " renew -t 2h r") {
		t.Errorf("told: %s", text)
	}
}
