package etcd

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestTimeIsKeptToTheMicrosecond(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		written := time.UnixMicro(random.Int64N(int64(time.Hour/time.Microsecond) * 24 * 365 * 130)).UTC() // until 2100
		read, ok := readTime(writeTime(written))
		if !ok || read != written {
			t.Fatalf("%s is read as %s, %t", written, read, ok)
		}
	}
}

func TestWhatIsNoTime(t *testing.T) {
	t.Parallel()
	for _, seconds := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, endOfTime, math.MaxFloat64} {
		data := binary.LittleEndian.AppendUint64(nil, math.Float64bits(seconds))
		if got, ok := readTime(data); ok {
			t.Errorf("%g is read as %s", seconds, got)
		}
	}
	for _, data := range []string{"", "1234567", "123456789", "1763800000.5"} {
		if got, ok := readTime([]byte(data)); ok {
			t.Errorf("%q is read as %s", data, got)
		}
	}
}
