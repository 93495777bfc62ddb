package redis

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// pieces are what names are made of where braces matter.
var pieces = []string{"{", "}", "{}", "a", "b", "é", " ", ":", "fence1:", "fence2:", "fence3:", "0", "7", "{0}", "{a}", "{a", "a}"}

// someName makes a name of up to six pieces.
func someName(random *rand.Rand) string {
	var name strings.Builder
	for range random.IntN(7) {
		name.WriteString(pieces[random.IntN(len(pieces))])
	}
	return name.String()
}

func someResource(random *rand.Rand) string {
	for {
		if name := someName(random); sdk.ValidateResource(name) == nil {
			return name
		}
	}
}

func TestSlotIsTheServers(t *testing.T) {
	_, raw, _ := start(t, "--cluster-enabled", "yes")
	random := rand.New(rand.NewPCG(1, 2))
	keys := []string{"", "123456789", "foo{}{bar}", "foo{{bar}}zap", "foo{bar}{zap}", "{user1000}.following", "\x00\xff"}
	for range 500 {
		keys = append(keys, someName(random))
	}
	for _, key := range keys {
		got := must(t, raw.Do(testContext(t), "CLUSTER", "KEYSLOT", key))
		if got.(int64) != int64(slot(key)) {
			t.Errorf("slot(%q) = %d, the server says %d", key, slot(key), got)
		}
	}
}

func TestFenceKeyKeepsItsPromises(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		prefix := someName(random)
		owner := make(map[string]string)
		for range 10 {
			resource := someResource(random)
			key := fenceKey(prefix, resource)
			if slot(key) != slot(prefix+resource) {
				t.Fatalf("%q is in slot %d, the lock %q in %d", key, slot(key), prefix+resource, slot(prefix+resource))
			}
			name, ok := strings.CutPrefix(key, prefix)
			if !ok {
				t.Fatalf("%q does not begin with %q", key, prefix)
			}
			if sdk.ValidateResource(name) == nil {
				t.Fatalf("%q is the key of the resource %q", key, name)
			}
			if other, taken := owner[key]; taken && other != resource {
				t.Fatalf("resources %q and %q share %q under prefix %q", other, resource, key, prefix)
			}
			owner[key] = resource
			if again := fenceKey(prefix, resource); again != key {
				t.Fatalf("%q, then %q", key, again)
			}
		}
	}
}

// The forms are part of the layout: a counter must be found again by every
// later version.
func TestFenceKeyIsStable(t *testing.T) {
	for _, c := range []struct{ prefix, resource, key string }{
		{"", "deploy", " fence2:{deploy}"},
		{"stormlock:", "deploy", "stormlock: fence2:{stormlock:deploy}"},
		{"{locks}:", "deploy", "{locks}: fence1:deploy"},
		{"", "{a}b", " fence1:{a}b"},
	} {
		if got := fenceKey(c.prefix, c.resource); got != c.key {
			t.Errorf("fenceKey(%q, %q) = %q, want %q", c.prefix, c.resource, got, c.key)
		}
	}
	if got := fenceKey("", "x}y"); !strings.HasPrefix(got, " fence3:{") {
		t.Errorf("fenceKey of x}y = %q", got)
	}
}

// The search ends: numbers of seven digits have every CRC. What stands before
// and behind them only maps the CRCs one to one.
func TestFenceKeySearchEnds(t *testing.T) {
	seen := make(map[uint16]bool)
	for n := 1000000; n < 10000000 && len(seen) < 1<<16; n++ {
		seen[crc16(strconv.Itoa(n))] = true
	}
	if len(seen) != 1<<16 {
		t.Errorf("%d of %d CRCs occur", len(seen), 1<<16)
	}
}

func BenchmarkFenceKeySearch(b *testing.B) {
	for i := range b.N {
		fenceKey("", "x}"+strconv.Itoa(i))
	}
}
