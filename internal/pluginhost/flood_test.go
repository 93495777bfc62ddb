package pluginhost_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk"
)

// TestFloodIsStopped: a plugin that writes without end is ended in the middle
// of its call, whose outcome is unknown then.
func TestFloodIsStopped(t *testing.T) {
	for name, want := range map[string]string{
		"flooding": "was stopped: it wrote more than 8192 KiB on stderr",
		"babbling": "was stopped: it wrote more than 64 KiB on stdout",
	} {
		t.Run(name, func(t *testing.T) {
			process := report(t, plugintest.PIDFile)
			p := start(t, name)
			bounded(t, func() {
				_, err := p.Backend().Acquire(t.Context(), wanted())
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("acquire: %v; want %q", err, want)
				}
			})
			p.Stop(pluginhost.Grace)
			if alive(pid(t, process(""))) {
				t.Error("the plugin is still alive")
			}
		})
	}
}

func TestFirstLineWithoutEnd(t *testing.T) {
	bounded(t, func() {
		_, err := tryStart(t, t.Context(), "endless")
		checkStartError(t, err, "on stdout instead of a handshake")
		if len(err.Error()) > 1000 {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	})
}

// TestHugeAnswer: what is too large is not read, and is no outcome.
func TestHugeAnswer(t *testing.T) {
	p, err := tryStart(t, t.Context(), "huge")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop(0)
	_, err = p.Backend().Acquire(t.Context(), wanted())
	if err == nil || !strings.Contains(err.Error(), "gave an answer that is too large") {
		t.Errorf("acquire: %v", err)
	}
	if errors.Is(err, sdk.ErrUnavailable) {
		t.Error("it is said that nothing was written")
	}
	if _, err := p.Backend().Describe(t.Context()); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("describe: %v", err)
	}
}
