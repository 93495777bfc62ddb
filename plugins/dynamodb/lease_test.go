package dynamodb

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// Every request has a deadline, also if the caller has none; and keeps its caller's.
func TestEveryRequestHasADeadline(t *testing.T) {
	b := openAt(t, Config{Table: "stormlock", Region: "eu-west-1", AccessKeyID: "a", SecretAccessKey: secret})
	short, cancel := context.WithTimeout(context.Background(), bounded.CallTimeout/2)
	defer cancel()
	for most, ctx := range map[time.Duration]context.Context{bounded.CallTimeout: context.Background(), bounded.CallTimeout / 2: short} {
		for name, operate := range everything {
			b.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if end, ok := r.Context().Deadline(); !ok || time.Until(end) > most {
					t.Errorf("%s within %s: deadline %s, %t", name, most, end, ok)
				}
				return nil, errors.New("no network here")
			})
			isKind(t, name, operate(ctx, b), sdk.ErrUnavailable)
		}
	}
}

// What is granted is what is stored, attribute by attribute.
func TestLayout(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	w := want("deploy")
	lease := acquire(t, b, w)
	if lease.Created.Nanosecond() != 0 || time.Since(lease.Created) > 10*time.Second || lease.TTL != w.TTL {
		t.Errorf("granted %+v", lease)
	}
	got := stored(t, raw, "deploy")
	for name, want := range map[string]string{"lease": w.ID, "principal": w.Principal, "reason": w.Reason} {
		if text, _ := got.text(name); text != want {
			t.Errorf("%s is %q, want %q", name, text, want)
		}
	}
	if created, _ := got.time("created"); !created.Equal(lease.Created) {
		t.Errorf("created is %s, want %s", created, lease.Created)
	}
	if ends, _ := got.time("expires"); !ends.Equal(lease.Created.Add(w.TTL + time.Second)) {
		t.Errorf("expires is %s, created %s", ends, lease.Created)
	}
	if got.fence() != lease.Fence || stored(t, raw, fenceKey("deploy")).fence() != lease.Fence {
		t.Errorf("fences: %d, %d", got.fence(), lease.Fence)
	}
	if len(got) != 7 {
		t.Errorf("stored: %v", got)
	}
	counter := stored(t, raw, fenceKey("deploy"))
	if len(counter) != 2 {
		t.Errorf("the counter: %v", counter)
	}
	release(t, b, lease)
	w.Reason = ""
	acquire(t, b, w)
	if got := stored(t, raw, "deploy"); len(got) != 6 {
		t.Errorf("stored without a reason: %v", got)
	}
}

// The longest lease, of the longest texts.
func TestLongestLease(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	w := want("deploy")
	w.TTL = sdk.MaxTTL
	lease := acquire(t, b, w)
	if got, err := b.Current(testContext(t), "deploy"); err != nil || got.TTL > sdk.MaxTTL || got.TTL < sdk.MaxTTL-time.Minute {
		t.Errorf("current: %+v, %v", got, err)
	}
	release(t, b, lease)
}
