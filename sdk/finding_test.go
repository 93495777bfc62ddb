package sdk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

func TestClockFinding(t *testing.T) {
	sent := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		server     time.Time
		took       time.Duration
		resolution time.Duration
		level      sdk.Level
		text       string
	}{
		{"the same", sent, 0, 0, sdk.LevelOK, "agrees"},
		{"within the tolerance", sent.Add(1900 * time.Millisecond), 0, 0, sdk.LevelOK, "agrees"},
		{"behind", sent.Add(time.Minute), 0, 0, sdk.LevelWarning, "1m0s behind"},
		{"ahead", sent.Add(-time.Minute), 0, 0, sdk.LevelWarning, "1m0s ahead of"},
		{"the answer took long", sent.Add(6 * time.Second), 10 * time.Second, 0, sdk.LevelOK, "agrees"},
		{"whole seconds", sent.Add(-2900 * time.Millisecond), 0, time.Second, sdk.LevelOK, "agrees"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := sdk.ClockFinding(c.server, sent, sent.Add(c.took), c.resolution)
			if got.Level != c.level || got.About != "clock" || !strings.Contains(got.Message, c.text) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestLevels(t *testing.T) {
	for level, want := range map[sdk.Level]string{sdk.LevelOK: "ok", sdk.LevelWarning: "warning", sdk.LevelError: "error", 0: "warning"} {
		if got := level.String(); got != want {
			t.Errorf("Level(%d) is %q, want %q", level, got, want)
		}
	}
}
