//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
)

// TestReleasedProtocols holds this stormlock against a backend that was built from each
// protocol that was released, and from one that has since got more fields.
func TestReleasedProtocols(t *testing.T) {
	images, err := filepath.Glob("../../sdk/proto/released/*.binpb")
	if err != nil || len(images) == 0 {
		t.Fatalf("there is no released protocol: %v", err)
	}
	for _, image := range images {
		for _, newer := range []string{"", "1"} {
			t.Run(filepath.Base(image)+newer, func(t *testing.T) {
				t.Parallel()
				path, err := filepath.Abs(image)
				if err != nil {
					t.Fatal(err)
				}
				o := newOperator(t, "released", "[backend.released]\nlevel = 3\n")
				o.env = append(o.env, plugintest.DescriptorsFile+"="+path, plugintest.NewerFields+"="+newer)
				outcomesOfReleased(t, o)
				listsOfReleased(t, o)
			})
		}
	}
}

// outcomesOfReleased has every outcome that a call about one lease can have.
func outcomesOfReleased(t *testing.T, o *operator) {
	id := o.ok(t, "acquire", "-m", "why", "r")
	for _, c := range []struct {
		args   string
		code   int
		stdout string // what it has to begin with
		stderr string // what has to be in it
	}{
		{"acquire r", exitHeld, "", "ana@ops"},
		{"acquire --lease-id " + id + " r", exitDone, id, "warning: this is r"},
		{"renew -t 2h r " + id, exitDone, "", ""},
		{"renew r " + plugintest.LateID, exitLost, "", ""},
		{"current -f json r", exitDone, `{"resource":"r","id":"` + id + `","principal":"ana@ops","reason":"why"`, ""},
		{"current s", exitNone, "", ""},
		{"is-held r " + id, exitDone, "", ""},
		{"release --strict r " + plugintest.LateID, exitLost, "", ""},
		{"release r " + id, exitDone, "", ""},
		{"acquire unavailable", exitUnavailable, "", "it is unavailable"},
		{"acquire refused", exitRefused, "", "it is refused"},
		{"acquire config", exitConfig, "", "it is config"},
		{"acquire invalid", exitUsage, "", "it is invalid"},
		{"acquire not-set-up", exitConfig, "", "backend setup released"},
		{"acquire --timeout 1s unspecified", exitUnknown, "", "it is unspecified"},
		{"acquire --timeout 1s new-kind", exitUnknown, "", "it is new-kind"},
		{"acquire --timeout 1s new-outcome", exitUnknown, "", "without an outcome that this stormlock knows"},
		{"current new-kind", exitUnavailable, "", "it is new-kind"},
		{"current new-outcome", exitUnavailable, "", "without an outcome that this stormlock knows"},
	} {
		stdout, stderr, code := o.run(t, strings.Fields(c.args)...)
		if code != c.code || !strings.HasPrefix(stdout, c.stdout) || c.stdout == "" && stdout != "" || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q; want %d, %q, %q", c.args, code, stdout, stderr, c.code, c.stdout, c.stderr)
		}
	}
}

// listsOfReleased has the calls that answer with many things.
func listsOfReleased(t *testing.T, o *operator) {
	for i := range 3 {
		o.ok(t, "acquire", fmt.Sprint("many/", i))
	}
	if got := o.ok(t, "list", "-f", "oneline", "--prefix", "many/"); strings.Count(got, "\n") != 2 || !strings.HasPrefix(got, "many/0\tana@ops\t") {
		t.Errorf("list: %q", got)
	}
	if got := o.ok(t, "backend", "setup", "released"); got != "CREATE TABLE locks" {
		t.Errorf("setup: %q", got)
	}
	if got := o.ok(t, "backend", "describe", "released"); !strings.HasPrefix(got, "released v0.1.0\n  level") || !strings.Contains(got, "secret") {
		t.Errorf("describe: %q", got)
	}
	if got, _, _ := o.run(t, "doctor", "-f", "oneline", "--read-only"); !strings.Contains(got, "warning\ttable\tis there\n") {
		t.Errorf("doctor: %q", got)
	}
}
