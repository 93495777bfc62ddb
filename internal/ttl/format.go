package ttl

import (
	"strconv"
	"strings"
	"time"
)

// Format writes a duration as [Parse] reads it, such as "45s", "1h30m" or
// "2d". What is less than a whole second is cut off, so that time left is
// never shown longer than it is; less than one second is "0s".
func Format(d time.Duration) string {
	var text strings.Builder
	for _, unit := range units {
		if count := d / unit.length; count > 0 {
			text.WriteString(strconv.FormatInt(int64(count), 10) + unit.name[:1])
			d %= unit.length
		}
	}
	if text.Len() == 0 {
		return "0s"
	}
	return text.String()
}
