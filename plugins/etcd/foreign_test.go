package etcd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// kept are the keys that another application keeps at a place, by their last
// part. A * before a value puts the key on the etcd lease whose id is %x in the
// id; a ! puts it on another one.
type kept map[string]string

const then = "*\x00\x00\x00\x80\x3f\x1a\xda\x41" // 1751711230.0

// foreignData is what other applications keep, some of it almost a lock.
var foreignData = map[string]kept{
	"an id alone":             {"id": "12"},
	"a principal alone":       {"p": "value"},
	"a time alone":            {"c": "value"},
	"a reason alone":          {"r": "value"},
	"an asked id alone":       {"a": "value"},
	"no lease at all":         {"id": "%x", "p": "ana", "c": then[1:]},
	"the id on no lease":      {"id": "%x", "p": "*ana", "c": then},
	"the principal elsewhere": {"id": "*%x", "p": "!ana", "c": then},
	"the time elsewhere":      {"id": "*%x", "p": "*ana", "c": "!" + then[1:]},
	"all on another lease":    {"id": "!%x", "p": "!ana", "c": "!" + then[1:]},
	"no principal":            {"id": "*%x", "c": then, "r": "*why"},
	"no time":                 {"id": "*%x", "p": "*ana"},
	"no id":                   {"p": "*ana", "c": then},
	"a time in words":         {"id": "*%x", "p": "*ana", "c": "*yesterday"},
	"a short time":            {"id": "*%x", "p": "*ana", "c": "*1234567"},
	"a time that is no time":  {"id": "*%x", "p": "*ana", "c": "*\x00\x00\x00\x00\x00\x00\xf8\x7f"},
	"an id in capitals":       {"id": "*%X", "p": "*ana", "c": then},
	"an id with a zero":       {"id": "*0%x", "p": "*ana", "c": then},
	"an id with 0x":           {"id": "*0x%x", "p": "*ana", "c": then},
	"a generation alone":      {"g": "value"},
	"an empty generation":     {"g": ""},
	"a generation on a lease": {"g": "*stormlock"},
	"an empty id":             {"id": "*", "p": "*ana", "c": then},
}

// write puts the data below a base, and returns the id that it names.
func (k kept) write(t *testing.T, raw *clientv3.Client, base string) int64 {
	t.Helper()
	named, other := grant(t, raw, 3600), grant(t, raw, 3600)
	for part, value := range k {
		var opts []clientv3.OpOption
		switch {
		case strings.HasPrefix(value, "*"):
			value, opts = value[1:], []clientv3.OpOption{clientv3.WithLease(named)}
		case strings.HasPrefix(value, "!"):
			value, opts = value[1:], []clientv3.OpOption{clientv3.WithLease(other)}
		}
		if strings.Contains(value, "%") {
			value = fmt.Sprintf(value, int64(named))
		}
		put(t, raw, base+"/"+part, value, opts...)
	}
	return int64(named)
}

// operations are tried with the id that the almost-locks above name; only
// acquire asks with a new one.
func operations(id string) map[string]backendtest.Operation {
	all := backendtest.Operations(sdk.Lease{Resource: "data", ID: id, Principal: "ana@ops", TTL: time.Minute})
	all["acquire"] = func(ctx context.Context, b sdk.Backend) error { _, err := b.Acquire(ctx, want("data")); return err }
	return all
}

func TestForeignDataIsRefusedAndUnchanged(t *testing.T) {
	t.Parallel()
	for kind, data := range foreignData {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b, raw := start(t)
			id := data.write(t, raw, b.prefix+"data")
			before := content(t, raw, b.prefix)
			for name, operate := range operations(showID(id)) {
				err := operate(testContext(t), b)
				if !errors.Is(err, sdk.ErrRefused) {
					t.Errorf("%s: %v, want a refusal", name, err)
				}
				contains(t, err, b.prefix+"data", "not a lock", "nothing was changed", `"prefix"`)
			}
			if got := list(t, b, ""); len(got) > 0 {
				t.Errorf("list shows %q", got)
			}
			if after := content(t, raw, b.prefix); after != before {
				t.Errorf("the data went from\n%s to\n%s", before, after)
			}
			if left := timeToLive(t, raw, clientv3.LeaseID(id)); left < 3500 {
				t.Errorf("the etcd lease has %d s left", left)
			}
		})
	}
}

// A lock that lacks nothing is taken for one, whatever else lies around it. A
// reason or an asked id that is not on its etcd lease is not its own: it is
// neither shown nor heeded nor deleted.
func TestForeignExtrasAreNotTheLocks(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	put(t, raw, b.prefix+"deploy/r", "mine")
	put(t, raw, b.prefix+"deploy/x", "mine")
	w := want("deploy")
	put(t, raw, b.prefix+"deploy/a", w.ID)
	id := pythonLock(t, raw, b.prefix+"deploy", 60)
	got := current(t, b, "deploy")
	if got.Reason != "" || got.Principal != "guido@ops" {
		t.Errorf("got %+v", got)
	}
	if err := b.Release(testContext(t), w); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("release with the other's id: %v", err)
	}
	if _, err := b.Acquire(testContext(t), w); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("acquire with the other's id: %v", err)
	}
	release(t, b, sdk.Lease{Resource: "deploy", ID: showID(int64(id))})
	left := content(t, raw, b.prefix)
	if strings.Count(left, "\n") != 3 || !strings.Contains(left, "deploy/r") || !strings.Contains(left, "deploy/x") {
		t.Errorf("left: %s", left)
	}
}

// What is at the key of a generation but is none is not written over, also where
// it came there after the look.
func TestForeignGeneration(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	theirs := grant(t, raw, 1000)
	for step, operation := range map[string]string{"take": "acquire", "void": "release"} {
		for value, opts := range map[string][]clientv3.OpOption{"an application's": nil, generationMark: {clientv3.WithLease(theirs)}} {
			resource := operation + "/" + value
			var before string
			other, _ := meddles(t, b, step, 1, func() {
				put(t, raw, b.prefix+resource+"/g", value, opts...)
				before = content(t, raw, b.prefix+resource)
			})
			err := operate(testContext(t), operation, other, want(resource))
			if !errors.Is(err, sdk.ErrRefused) {
				t.Errorf("%s: %v", operation, err)
			}
			contains(t, err, resource+"/g", "not a lock", "nothing was changed")
			if after := content(t, raw, b.prefix+resource); after != before {
				t.Errorf("%s changed\n%s to\n%s", operation, before, after)
			}
		}
	}
}

// A lock that lacks nothing is taken for one, also beside such a key, and can be
// ended. Only what has to count is refused.
func TestForeignGenerationBesideALock(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	put(t, raw, b.prefix+"deploy/g", "an application's")
	id := pythonLock(t, raw, b.prefix+"deploy", 60)
	before := content(t, raw, b.prefix)
	if _, err := b.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("acquire: %v", err)
	}
	if err := b.Release(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("release of another lease: %v", err)
	}
	if names := list(t, b, ""); len(names) != 1 {
		t.Errorf("list shows %q", names)
	}
	if after := content(t, raw, b.prefix); after != before {
		t.Errorf("it changed\n%s to\n%s", before, after)
	}
	release(t, b, sdk.Lease{Resource: "deploy", ID: showID(int64(id))})
	if left := content(t, raw, b.prefix); strings.Count(left, "\n") != 1 || !strings.Contains(left, "deploy/g") {
		t.Errorf("left: %s", left)
	}
}

func TestTimeOfTheFixtures(t *testing.T) {
	t.Parallel()
	bits := binary.LittleEndian.Uint64([]byte(then[1:]))
	if got, ok := readTime([]byte(then[1:])); !ok {
		t.Errorf("%g is read as %s, %t", math.Float64frombits(bits), got, ok)
	}
}
