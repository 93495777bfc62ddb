package boottime

import (
	"time"

	"golang.org/x/sys/windows"
)

var getTickCount64 = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetTickCount64")

// now counts milliseconds, also those of sleep; it is up to 16 of them late.
func now() Instant {
	ticks, _, _ := getTickCount64.Call()
	return Instant(time.Duration(ticks) * time.Millisecond)
}
