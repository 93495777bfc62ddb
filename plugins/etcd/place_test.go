package etcd

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// pieces are what names are made of where keys end.
var pieces = []string{"/", "id", "p", "c", "r", "g", "/id", "/p", "/c", "/r", "/g", "a", "b", " ", "é", "//", "../", "\xff"}

func someName(random *rand.Rand) string {
	var name strings.Builder
	for range random.IntN(8) {
		name.WriteString(pieces[random.IntN(len(pieces))])
	}
	return name.String()
}

func TestNoTwoResourcesShareAKey(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		s := &store{prefix: someName(random)}
		owner := make(map[string]string)
		for range 3000 {
			name := someName(random)
			if sdk.ValidateResource(name) != nil {
				continue
			}
			for _, part := range append(parts[:], generationPart) {
				key := string(s.place(name).key(part))
				if other, taken := owner[key]; taken && other != name {
					t.Fatalf("%q and %q share the key %q", name, other, key)
				}
				owner[key] = name
				got, ok := s.resource(key)
				if part == idPart && (!ok || got != name) {
					t.Fatalf("key %q of %q is read as that of %q, %t", key, name, got, ok)
				}
				if part != idPart && ok {
					t.Fatalf("key %q is read as an id of %q", key, got)
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
