package redis

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk/backendtest"
)

// readKey is the inverse of keys: which resource a key is of, and which of its
// keys that is. It is written down here from what is said of the keys, not
// derived from the code that makes them.
func readKey(prefix, key string) (resource string, which int, ok bool) {
	rest, ok := strings.CutPrefix(key, prefix)
	if !ok || rest == noLock {
		return "", 0, false
	}
	if !strings.HasPrefix(rest, " ") {
		return rest, 0, true
	}
	if resource, ok := strings.CutPrefix(rest, " fence1:"); ok {
		return resource, 1, true
	}
	if lock, ok := strings.CutPrefix(rest, " fence2:{"+prefix); ok {
		return strings.TrimSuffix(lock, "}"), 1, strings.HasSuffix(lock, "}")
	}
	rest, ok = strings.CutPrefix(rest, " fence3:{")
	number, resource, closed := strings.Cut(rest, "}")
	_, err := strconv.ParseUint(number, 10, 32)
	return resource, 1, ok && closed && err == nil
}

// Each key has one resource, and is one of its keys. So no two resources, nor
// the two keys of one, ever meet.
func TestKeysOfTwoResourcesNeverMeet(t *testing.T) {
	t.Parallel()
	parts := []string{" fence1:", " fence2:{", " fence3:{7}", " fence3:{", noLock, "{", "}", "{}", "7", "16384"}
	for _, prefix := range []string{"", "stormlock:", "{locks}:", "{", " fence2:{", "{}x"} {
		b := &backend{prefix: prefix}
		taken := make(map[string]string)
		for _, resource := range backendtest.Names(t, 120, append(parts, prefix)...) {
			for i, key := range b.keys(resource) {
				if other, ok := taken[key]; ok {
					t.Fatalf("prefix %q: %q is a key of %q and of %q", prefix, key, other, resource)
				}
				taken[key] = resource
				if of, which, ok := readKey(prefix, key); !ok || of != resource || which != i {
					t.Fatalf("prefix %q: key %d of %q is %q, which reads as key %d of %q, %t", prefix, i, resource, key, which, of, ok)
				}
			}
		}
		if other, ok := taken[prefix+noLock]; ok {
			t.Fatalf("prefix %q: the key where nothing ever is belongs to %q", prefix, other)
		}
	}
}
