package etcd

import (
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk/backendtest"
)

// readKey is the inverse of a place's keys: which resource a key is of, and which
// of its keys that is. It is written down here from what is said of the keys, not
// derived from the code that makes them.
func readKey(prefix, key string) (resource, part string, ok bool) {
	rest, ok := strings.CutPrefix(key, prefix)
	slash := strings.LastIndexByte(rest, '/')
	if !ok || slash < 0 {
		return "", "", false
	}
	return rest[:slash], rest[slash:], true
}

// Each key has one resource, and is one of its keys. So no two resources ever
// meet.
func TestKeysOfTwoResourcesNeverMeet(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/", "/locks/", "/locks", "/id", "a/g", "//", "\xff", "é"} {
		s := &store{prefix: prefix}
		taken := make(map[string]string)
		for _, name := range backendtest.Names(t, 500, prefix, "/id/id", "/g/id", "id", "g", "/ID", "/stormlock") {
			for _, part := range append(parts[:], generationPart) {
				key := string(s.place(name).key(part))
				if other, ok := taken[key]; ok {
					t.Fatalf("prefix %q: %q is a key of %q and of %q", prefix, key, other, name)
				}
				taken[key] = name
				if of, which, ok := readKey(prefix, key); !ok || of != name || which != part {
					t.Fatalf("prefix %q: key %s of %q is %q, which reads as %s of %q, %t", prefix, part, name, key, which, of, ok)
				}
				if of, ok := s.resource(key); ok != (part == idPart) || ok && of != name {
					t.Fatalf("prefix %q: key %q of %q is listed as that of %q, %t", prefix, key, name, of, ok)
				}
			}
		}
	}
}

func TestKeysThatAreNoLocks(t *testing.T) {
	t.Parallel()
	s := &store{prefix: "/locks/"}
	for _, key := range []string{
		"", "/", "/locks/", "/locks/id", "/locks/a", "/locks/a/p", "/locks/a/g", "/locks/a/id/", "/locks/a/ID",
		"/lock/a/id", "locks/a/id", "/locks/a /id", "/locks/\xff/id", "/locks/a\x00/id", "/locks/" + strings.Repeat("x", 256) + "/id",
	} {
		if name, ok := s.resource(key); ok {
			t.Errorf("%q is read as the lock of %q", key, name)
		}
	}
}
