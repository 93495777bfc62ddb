// Package plugintest holds backend executables for tests: one that is good and
// many that misbehave. They live in the test binary, which becomes one of them
// when it is run under its name:
//
//	func TestMain(m *testing.M) {
//		plugintest.RunIfBackend()
//		os.Exit(m.Run())
//	}
//
//	dir := plugintest.Install(t, "good", "noisy")
package plugintest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const prefix = "stormlock-backend-"

// Executables are the backends by name. Each is the main function of a
// process.
var Executables = map[string]func(){
	"good":      func() { serve("good", nil) },
	"slow":      func() { serve("slow", slow) },
	"lingering": func() { serve("lingering", lingering) },
	"chatty":    func() { serve("chatty", chatty) },
	"strange":   func() { serve("strange", strangeLog) },
	"panicking": func() { serve("panicking", panicking) },
	"dying":     func() { serve("dying", dying) },
	"reading":   func() { serve("reading", reading) },
	"environ":   func() { serve("environ", environ) },
	"parent":    func() { serve("parent", parent) },
	"lying":     func() { serve("lying", lying) },
	"eager":     func() { serve("eager", eager) },
	"late":      func() { serve("late", late) },
	"unready":   func() { serve("unready", unready) },
	"halfway":   func() { serve("halfway", halfway) },
	"scripted":  func() { serve("scripted", scripted) },
	"tedious":   func() { serve("tedious", tedious) },
	"many":      func() { serve("many", many) },

	"flooding": func() { serve("flooding", flooding) },
	"babbling": func() { serve("babbling", babbling) },

	"evil":      evil,
	"evil-end":  evilEnd,
	"evil-line": evilLine,
	"evil-wire": evilWire,

	"slow-to-start": slowToStart,
	"cookieless":    cookieless,
	"unhelpful":     unhelpful,
	"agreeable":     agreeable,
	"indifferent":   indifferent,
	"loud":          func() { serve("loud", loud) },
	"misnamed":      misnamed,
	"helpless":      helpless,
	"versionless":   versionless,
	"twofold":       twofold,
	"torn":          torn,
	"strict":        strict,
	"lenient":       lenient,
	"clinging":      clinging,
	"littering":     littering,
	"breeding":      breeding,

	"released": released,

	"noisy":     noisy,
	"endless":   endless,
	"huge":      huge,
	"exits":     exits,
	"hangs":     hangs,
	"future":    future,
	"stubborn":  stubborn,
	"mute":      mute,
	"elsewhere": elsewhere,
	"vanishing": vanishing,
	"polite":    polite,
	"leaving":   leaving,
	"certified": certified,
}

// RunIfBackend turns this process into a backend if it was run under the name
// of one. It does not return then.
func RunIfBackend() {
	name, ok := strings.CutPrefix(filepath.Base(os.Args[0]), prefix)
	if main := Executables[name]; ok && main != nil {
		main()
		os.Exit(0)
	}
}

// HurryRaceDetector keeps the processes that a test starts from sleeping for a
// second at their end, as those built with -race do.
func HurryRaceDetector() {
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")); err != nil {
		panic(err)
	}
}

// Install makes a directory with executables of these backends.
func Install(t testing.TB, names ...string) (dir string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, name := range names {
		if Executables[name] == nil {
			t.Fatalf("there is no test backend %q", name)
		}
		if err := os.Symlink(self, filepath.Join(dir, prefix+name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tell writes text to the file that an environment variable names, if it is
// set: how a backend in a process of its own reports to the test.
func tell(variable, text string) {
	if path := os.Getenv(variable); path != "" {
		_ = os.WriteFile(path+".part", []byte(text), 0o600)
		_ = os.Rename(path+".part", path)
	}
}
