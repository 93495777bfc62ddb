package etcd

import (
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// A place is where the keys of one resource's lock are: the prefix and the
// resource.
//
// No two resources share a key. The last part of a key, behind the last slash,
// is one of six words without a slash, and what stands before it is the place;
// so a key has one resource, whatever slashes or words that has in its name.
type place string

const (
	idPart        = "/id" // the etcd lease id
	principalPart = "/p"
	createdPart   = "/c"
	reasonPart    = "/r"
	askedPart     = "/a"

	generationPart = "/g"
)

// parts are those of a lock, in the order in which its keys are read. The
// generation is none of them: it stays when the lock ends.
var parts = [...]string{idPart, principalPart, createdPart, reasonPart, askedPart}

func (p place) key(part string) []byte { return []byte(string(p) + part) }

func (s *store) place(resource string) place { return place(s.prefix + resource) }

// resource returns whose lock a key belongs to, if it is one that holds an id.
func (s *store) resource(key string) (string, bool) {
	rest, ok := strings.CutPrefix(key, s.prefix)
	if !ok {
		return "", false
	}
	name, ok := strings.CutSuffix(rest, idPart)
	return name, ok && sdk.ValidateResource(name) == nil
}
