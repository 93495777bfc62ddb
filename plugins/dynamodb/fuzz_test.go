package dynamodb

import (
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// FuzzLeaseID is about ids as somebody typed them. What is none is not the
// current one, and no server is asked about it. A lock's item may have its id in
// any spelling.
func FuzzLeaseID(f *testing.F) {
	b := openAt(f, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://127.0.0.1:1", AccessKeyID: "a", SecretAccessKey: secret})
	read := func(text string) (string, bool) {
		raw, ok := sdk.ParseID(text)
		return hex.EncodeToString(raw[:]), ok
	}
	now := time.Unix(1763800000, 0)
	f.Fuzz(func(t *testing.T, one, other string) {
		backendtest.Spellings(t, read, one, other)
		stored := pythonItem("deploy", now, time.Hour)
		stored["lease"] = text(one)
		l, flaw := stored.lock("deploy")
		mine, ok := read(one)
		if ok != (flaw == "") || ok && l.ID != mine {
			t.Errorf("an item with the id %q is a lock with the id %q; %s", one, l.ID, flaw)
		}
		if ok {
			also, isID := read(other)
			_, err := b.owned(sight{resource: "deploy", now: now, item: stored}, other)
			if owned := isID && also == mine; owned != (err == nil) || !owned && !errors.Is(err, sdk.ErrNotHeld) {
				t.Errorf("the lock of %q, asked for %q: %v", one, other, err)
			}
			return
		}
		typed := want("deploy")
		typed.ID = one
		backendtest.IsNoID(t, b, typed)
		if _, err := b.Acquire(t.Context(), typed); !errors.Is(err, sdk.ErrInvalid) {
			t.Errorf("acquire with %q: %v", one, err)
		}
	})
}
