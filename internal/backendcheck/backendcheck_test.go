//go:build unix

package backendcheck_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/backendcheck"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
)

func TestMain(m *testing.M) {
	plugintest.RunIfBackend()
	pluginhost.RunIfOrphanHost()
	plugintest.HurryRaceDetector()
	os.Exit(m.Run())
}

// subject is a test backend to check.
func subject(t *testing.T, name string) backendcheck.Subject {
	t.Helper()
	exe, err := pluginhost.Find(name, []string{plugintest.Install(t, name)})
	if err != nil {
		t.Fatal(err)
	}
	return backendcheck.Subject{Executable: exe}
}

// named is the check of a name.
func named(t *testing.T, name string) []backendcheck.Check {
	t.Helper()
	all := backendcheck.Checks()
	at := slices.IndexFunc(all, func(c backendcheck.Check) bool { return c.Name == name })
	if at < 0 {
		t.Fatalf("there is no check %q", name)
	}
	return all[at : at+1]
}

// results runs checks to their end.
func results(t *testing.T, s backendcheck.Subject, checks []backendcheck.Check) (all []backendcheck.Result) {
	t.Helper()
	if err := s.Run(t.Context(), checks, func(r backendcheck.Result) { all = append(all, r) }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGoodProcess(t *testing.T) {
	for _, r := range results(t, subject(t, "good"), backendcheck.ProcessChecks()) {
		if r.Err != nil {
			t.Errorf("%s: %v", r.Name, r.Err)
		}
	}
}

// TestUnrulyProcesses: each fault is caught by the check that is named for it.
func TestUnrulyProcesses(t *testing.T) {
	for _, c := range []struct{ backend, check, says string }{
		{"slow-to-start", "handshake-in-time", "handshake only after 1."},
		{"noisy", "handshake-in-time", `it printed "Welcome to the noisy backend!"`},
		{"exits", "handshake-in-time", `exit status 3; it said: "libfoo.so is missing"`},
		{"mute", "handshake-in-time", "no handshake on stdout"},
		{"elsewhere", "handshake-in-time", `"/var/run/other.sock", which is not its own`},
		{"cookieless", "cookie-is-checked", "gave a handshake"},
		{"unhelpful", "cookie-is-checked", "exit code 0"},
		{"agreeable", "other-version-is-refused", "claims protocol version 2"},
		{"indifferent", "other-version-is-refused", "exit code 0"},
		{"loud", "stdout-is-silent", `"connected to the store\n"`},
		{"vanishing", "stdout-is-silent", "does not serve"},
		{"misnamed", "describe-is-valid", `describes itself as "another"`},
		{"versionless", "describe-is-valid", "without a version"},
		{"helpless", "describe-is-valid", `"key" without help`},
		{"twofold", "describe-is-valid", `"key" twice`},
		{"torn", "describe-is-valid", "as required, and with a default"},
		{"stubborn", "describe-is-valid", "describe:"},
		{"strict", "newer-requests-are-answered", "what is this?"},
		{"lenient", "unknown-key-is-refused", "not held; want a fault of KIND_CONFIG"},
		{"lingering", "ends-on-shutdown", "ended only after 1"},
		{"littering", "ends-on-shutdown", "left its socket behind: socket"},
		{"clinging", "ends-with-host", "still runs 3s"},
		{"breeding", "ends-with-host", "a process that it started"},
		{"littering", "ends-with-host", "left its socket behind"},
		{"exits", "ends-with-host", "libfoo.so is missing"},
	} {
		t.Run(c.check+"/"+c.backend, func(t *testing.T) {
			t.Parallel()
			r := results(t, subject(t, c.backend), named(t, c.check))[0]
			if r.Err == nil || !strings.Contains(r.Err.Error(), c.says) || r.Skipped {
				t.Errorf("%v; want an error with %q", r.Err, c.says)
			}
		})
	}
}

// TestConformanceOverProcesses: a backend that keeps its leases in its own memory
// has no store, which two processes show.
func TestConformanceOverProcesses(t *testing.T) {
	r := results(t, subject(t, "good"), named(t, "state-is-in-the-store"))[0]
	if r.Err == nil {
		t.Error("not caught")
	}
}

// TestOrderAndInterruption: results come in the order of the checks, whichever is
// done first, and none after the end of the context.
func TestOrderAndInterruption(t *testing.T) {
	checks := slices.Concat(named(t, "ttl-is-not-cut-short"), named(t, "cookie-is-checked"), named(t, "describe-is-valid"))
	var names []string
	for _, r := range results(t, subject(t, "good"), checks) {
		names = append(names, r.Name)
	}
	if want := "ttl-is-not-cut-short cookie-is-checked describe-is-valid"; strings.Join(names, " ") != want {
		t.Errorf("%q; want %q", names, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	err := subject(t, "good").Run(ctx, slices.Concat(named(t, "cookie-is-checked"), named(t, "ttl-is-not-cut-short"), checks), func(backendcheck.Result) {
		told++
		cancel()
	})
	if err == nil || told != 1 {
		t.Errorf("%d results, error %v; want 1 and an error", told, err)
	}
}

// TestNothingIsLeft: neither processes nor sockets.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, name := range []string{"good", "clinging", "littering"} {
		_ = results(t, subject(t, name), backendcheck.ProcessChecks())
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		left, err := filepath.Glob(filepath.Join(dir, "plugin-dir*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left: %q", left)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
