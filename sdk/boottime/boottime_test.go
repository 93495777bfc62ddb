package boottime_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
)

func TestSinceCountsWhatPasses(t *testing.T) {
	start, mono := boottime.Now(), time.Now()
	time.Sleep(50 * time.Millisecond)
	passed, want := boottime.Since(start), time.Since(mono)
	if passed < 30*time.Millisecond || passed > want+100*time.Millisecond {
		t.Errorf("%v passed, the monotonic clock says %v", passed, want)
	}
}

// TestNowCountsFromTheBoot: Linux tells the same clock, suspension included, in
// /proc/uptime.
func TestNowCountsFromTheBoot(t *testing.T) {
	text, err := os.ReadFile("/proc/uptime")
	if err != nil {
		t.Skip("no /proc/uptime here")
	}
	seconds, err := strconv.ParseFloat(strings.Fields(string(text))[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	uptime := time.Duration(seconds * float64(time.Second))
	if off := (time.Duration(boottime.Now()) - uptime).Abs(); off > 5*time.Second {
		t.Errorf("now is %v, the system has been up for %v", time.Duration(boottime.Now()), uptime)
	}
}
