package etcd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/stormlock/stormlock/sdk"
)

var errLost = status.Error(codes.Unavailable, "error reading from server: EOF")

// A disturbance is what happens to one request.
type disturbance struct {
	name     string
	harmless bool // the request certainly changed nothing
	tap      func(ctx context.Context, cancel func(), call func() error) error
}

var disturbances = []disturbance{
	{"answer lost", false, func(_ context.Context, _ func(), call func() error) error {
		_ = call()
		return errLost
	}},
	{"request lost", false, func(ctx context.Context, _ func(), _ func() error) error {
		departed(ctx)
		return errLost
	}},
	{"never sent", true, func(context.Context, func(), func() error) error { return errLost }},
	{"timed out on the server, carried out", false, func(_ context.Context, _ func(), call func() error) error {
		_ = call()
		return rpctypes.ErrGRPCTimeout
	}},
	{"timed out on the server", false, func(ctx context.Context, _ func(), _ func() error) error {
		departed(ctx)
		return rpctypes.ErrGRPCTimeoutDueToLeaderFail
	}},
	{"no space, carried out", false, func(_ context.Context, _ func(), call func() error) error {
		if err := call(); err != nil {
			return err
		}
		return rpctypes.ErrGRPCNoSpace
	}},
	{"refused", true, func(ctx context.Context, _ func(), _ func() error) error {
		departed(ctx)
		return rpctypes.ErrGRPCNoLeader
	}},
	{"cancelled, carried out", false, func(ctx context.Context, cancel func(), call func() error) error {
		_ = call()
		cancel()
		return status.FromContextError(context.Canceled).Err()
	}},
	{"cancelled", false, func(ctx context.Context, cancel func(), _ func() error) error {
		departed(ctx)
		cancel()
		return status.FromContextError(context.Canceled).Err()
	}},
}

// disturbed returns a backend on the same locks whose requests from the nth to
// the last are disturbed, and whether that came about.
func disturbed(t *testing.T, b *backend, d disturbance, nth, last int, cancel func()) (*backend, func() bool) {
	var mu sync.Mutex
	count := 0
	next := func() int {
		mu.Lock()
		defer mu.Unlock()
		count++
		return count
	}
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(ctx context.Context, _ any, call func() error) error {
		if n := next(); n < nth || n > last {
			return call()
		}
		return d.tap(ctx, cancel, call)
	}).options()...)
	return other, func() bool { return next() > nth }
}

// situations are what an acquire may find.
var situations = map[string]func(t *testing.T, b *backend, raw *clientv3.Client, w sdk.Lease){
	"free": func(*testing.T, *backend, *clientv3.Client, sdk.Lease) {},
	"held": func(t *testing.T, b *backend, _ *clientv3.Client, w sdk.Lease) { acquire(t, b, want(w.Resource)) },
	"ours": func(t *testing.T, b *backend, _ *clientv3.Client, w sdk.Lease) { acquire(t, b, w) },
	"foreign": func(t *testing.T, b *backend, raw *clientv3.Client, w sdk.Lease) {
		put(t, raw, b.prefix+w.Resource+"/id", "an application's")
	},
	"foreign beside": func(t *testing.T, b *backend, raw *clientv3.Client, w sdk.Lease) {
		put(t, raw, b.prefix+w.Resource+"/r", "an application's")
	},
}

// Every request of an acquire is disturbed in every way, alone and with all
// that follow it, in every situation. What is said of it must be true.
func TestAcquireTellsTheTruthWhateverHappens(t *testing.T) {
	t.Parallel()
	for situation, prepare := range situations {
		for _, d := range disturbances {
			t.Run(situation+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				b, raw := start(t)
				for _, length := range []int{0, 1000} {
					for nth, more := 1, true; more; nth++ {
						w := want(fmt.Sprintf("r%d-%d", length, nth))
						prepare(t, b, raw, w)
						more = tellsTheTruth(t, b, raw, d, w, nth, nth+length)
					}
				}
			})
		}
	}
}

func tellsTheTruth(t *testing.T, b *backend, raw *clientv3.Client, d disturbance, w sdk.Lease, nth, last int) (disturbedAny bool) {
	t.Helper()
	at := fmt.Sprintf("requests %d to %d", nth, last)
	before := content(t, raw, b.prefix+w.Resource+"/")
	wasOurs := heldBy(t, raw, b.prefix, w.Resource, w.ID)
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	other, happened := disturbed(t, b, d, nth, last, cancel)
	got, err := other.Acquire(ctx, w)
	after := content(t, raw, b.prefix+w.Resource+"/")
	isOurs := heldBy(t, raw, b.prefix, w.Resource, w.ID)
	switch {
	case err == nil && !isOurs:
		t.Errorf("%s: acquired, but the store has\n%s", at, after)
	case err == nil && (got.TTL <= 0 || got.TTL > w.TTL || got.Fence == 0):
		t.Errorf("%s: %+v", at, got)
	case before != "" && after != before:
		t.Errorf("%s: %v; what was there went from\n%s to\n%s", at, err, before, after)
	case err != nil && isCertain(err) && isOurs && !wasOurs: // it promises that this call wrote nothing
		t.Errorf("%s: %v; but the lock is there:\n%s", at, err, after)
	case errors.Is(err, sdk.ErrHeld) && before == "":
		t.Errorf("%s: held by nobody: %v", at, err)
	}
	if !wasOurs && before == "" && (err == nil || !isCertain(err)) {
		again := acquire(t, b, w) // as a repeat settles it
		if err == nil {
			same(t, again, got)
		}
		release(t, b, w)
	}
	return happened()
}

// The same for the operations that end and prolong a lock.
func TestRenewAndReleaseTellTheTruthWhateverHappens(t *testing.T) {
	t.Parallel()
	// The requests before anything may have changed; a renewal is a stream, which
	// opens before its request is sent.
	for operation, harmless := range map[string]int{"renew": 1, "release": 2} {
		for _, d := range disturbances {
			t.Run(operation+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				b, raw := start(t)
				for _, length := range []int{0, 1000} {
					for nth, more := 1, true; more; nth++ {
						w := want(fmt.Sprintf("r%d-%d", length, nth))
						acquire(t, b, w)
						ctx, cancel := context.WithCancel(testContext(t))
						other, happened := disturbed(t, b, d, nth, nth+length, cancel)
						err := operate(ctx, operation, other, w)
						cancel()
						isOurs := heldBy(t, raw, b.prefix, w.Resource, w.ID)
						if gone := !isOurs; operation == "renew" && gone ||
							operation == "release" && err == nil && !gone ||
							operation == "release" && err != nil && isCertain(err) && gone {
							t.Errorf("request %d (%d more): %v; the lock is there: %t", nth, length, err, isOurs)
						}
						if errors.Is(err, sdk.ErrNotHeld) || nth <= harmless && d.harmless && err != nil && !isCertain(err) {
							t.Errorf("request %d (%d more): %v", nth, length, err)
						}
						more = happened()
					}
				}
			})
		}
	}
}

// lostTake returns a backend whose request to take the lock is lost on its way,
// and what sends it after all.
func lostTake(t *testing.T, b *backend, then func()) (*backend, *log, func() error) {
	var late *pb.TxnRequest
	requests := new(log)
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(ctx context.Context, request any, call func() error) error {
		requests.note(request)
		if kind(request) != "take" {
			return call()
		}
		departed(ctx)
		late = request.(*pb.TxnRequest)
		then()
		return errLost
	}).options()...)
	return other, requests, func() error {
		_, err := b.kv.Txn(testContext(t), late)
		return err
	}
}

// The request arrives after it was called back.
func TestLateRequestTakesNoLockOnceCalledBack(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	slow, _, arrive := lostTake(t, b, func() {})
	w := want("deploy")
	_, err := slow.Acquire(testContext(t), w)
	if !errors.Is(err, sdk.ErrUnavailable) {
		t.Fatalf("error = %v, want it to be certain", err)
	}
	if err := arrive(); !errors.Is(rpctypes.Error(err), rpctypes.ErrLeaseNotFound) {
		t.Errorf("the late request: %v", err)
	}
	if left := content(t, raw, b.prefix); left != "" {
		t.Errorf("it wrote %s", left)
	}
}

// What calls it back is lost as well: then nothing is certain.
func TestCallingBackThatIsLost(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	var late *pb.TxnRequest
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(ctx context.Context, request any, call func() error) error {
		switch kind(request) {
		case "take":
			late = request.(*pb.TxnRequest)
		case "revoke":
		default:
			return call()
		}
		departed(ctx)
		return errLost
	}).options()...)
	w := want("deploy")
	_, err := other.Acquire(testContext(t), w)
	isUnknown(t, "acquire", err)
	if _, err := b.kv.Txn(testContext(t), late); err != nil {
		t.Fatal(err)
	}
	same(t, current(t, b, "deploy"), acquire(t, b, w))
}

// While it finds out, it waits for the cluster to elect a leader, which is most
// often what was missing. Otherwise it does not wait.
func TestFindingOutIsPatient(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	settling := false
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(ctx context.Context, request any, call func() error) error {
		sent, _ := metadata.FromOutgoingContext(ctx)
		if impatient := len(sent.Get(rpctypes.MetadataRequireLeaderKey)) > 0; impatient == settling {
			t.Errorf("%s requires a leader: %t", kind(request), impatient)
		}
		if kind(request) == "take" {
			settling = true
			departed(ctx)
			return errLost
		}
		return call()
	}).options()...)
	if _, err := other.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
}

// If somebody else has the lock by then, it is called back as well.
func TestLostRequestOfWhatIsHeldByNow(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	var held sdk.Lease
	slow, _, arrive := lostTake(t, b, func() { held = acquire(t, b, want("deploy")) })
	if _, err := slow.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v, want it to be certain", err)
	}
	if err := arrive(); err != nil {
		t.Errorf("the late request: %v, want it to find the lock", err)
	}
	same(t, current(t, b, "deploy"), held)
}

// A revocation that is lost could hit the lock that a repeat was told of. So none
// is sent to a store that does not answer.
func TestNothingIsRevokedInTheDark(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	var lost sync.Once
	dark := false
	requests := new(log)
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(ctx context.Context, request any, call func() error) error {
		requests.note(request)
		if kind(request) == "take" {
			lost.Do(func() { dark = true })
		}
		if dark {
			departed(ctx)
			return errLost
		}
		return call()
	}).options()...)
	_, err := other.Acquire(testContext(t), want("deploy"))
	isUnknown(t, "acquire", err)
	if n := requests.count("revoke"); n != 0 {
		t.Errorf("%d etcd leases were revoked", n)
	}
	leavesNothing(t, raw, b.prefix)
}

// Whoever gives up an acquire may repeat it at once, and be told of the lock that
// it has taken. So nothing is called back once the context has ended, however
// that was.
func TestGivenUpAcquireCallsNothingBack(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(ctx context.Context, cancel func()){
		"cancelled": func(_ context.Context, cancel func()) { cancel() },
		"deadline":  func(ctx context.Context, _ func()) { <-ctx.Done() },
	} {
		b, raw := start(t)
		w := want("deploy")
		var ctx context.Context
		var cancel context.CancelFunc
		var repeated sdk.Lease
		requests := new(log)
		other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
			requests.note(request)
			err := call()
			if kind(request) == "take" {
				end(ctx, cancel)
				repeated = acquire(t, b, w)
				return status.FromContextError(ctx.Err()).Err()
			}
			return err
		}).options()...)
		isFree(t, other, "deploy") // and the connection stands
		ctx, cancel = context.WithTimeout(context.Background(), 6*time.Second)
		defer cancel()
		_, err := other.Acquire(ctx, w)
		isUnknown(t, name, err)
		if n := requests.count("revoke"); n != 0 {
			t.Errorf("%s: %d etcd leases were revoked", name, n)
		}
		time.Sleep(overtime + 100*time.Millisecond)
		same(t, current(t, b, "deploy"), repeated)
		release(t, b, w) // as the host does after an interrupt
		if left := content(t, raw, b.prefix); left != "" {
			t.Errorf("%s: left: %s", name, left)
		}
	}
}

// The etcd lease of an attempt that never asked for the lock is taken back even
// after the context has ended: no repeat can depend on it.
func TestGivenUpAcquireLeavesNoLease(t *testing.T) {
	t.Parallel()
	b, raw, _ := alone(t)
	ctx, cancel := context.WithCancel(testContext(t))
	granted := make(chan struct{})
	other := openAt(t, Config{Endpoints: b.where}, tap(func(_ context.Context, request any, call func() error) error {
		switch kind(request) {
		case "grant":
			defer close(granted)
		case "read":
			<-granted
			cancel()
		}
		return call()
	}).options()...)
	if _, err := other.Acquire(ctx, want("deploy")); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	if ids := leases(t, raw); len(ids) != 0 {
		t.Errorf("etcd leases are left: %x", ids)
	}
}

// The answer to the grant of the etcd lease is lost: nobody would know its id if
// it were the server's choice.
func TestLostGrantLeavesNoLease(t *testing.T) {
	t.Parallel()
	b, raw, _ := alone(t)
	other := openAt(t, Config{Endpoints: b.where}, tap(func(_ context.Context, request any, call func() error) error {
		if err := call(); err != nil || kind(request) != "grant" {
			return err
		}
		return status.Error(codes.Unavailable, "the answer was lost")
	}).options()...)
	if _, err := other.Acquire(testContext(t), want("deploy")); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	if ids := leases(t, raw); len(ids) != 0 {
		t.Errorf("etcd leases are left: %x", ids)
	}
}

// A network that delivers a request twice.
func TestRequestThatComesTwice(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
		if kind(request) == "take" {
			_ = call()
		}
		return call()
	}).options()...)
	w := want("deploy")
	got := acquire(t, other, w)
	same(t, current(t, b, "deploy"), got)
}

// Another takes the lock between the look and the transaction.
func TestRaceIsLostInTheTransaction(t *testing.T) {
	t.Parallel()
	for name, prepare := range situations {
		b, raw := start(t)
		w := want("deploy")
		var once sync.Once
		requests := new(log)
		other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
			requests.note(request)
			if kind(request) == "take" {
				once.Do(func() { prepareLate(t, prepare, b, raw, w) })
			}
			return call()
		}).options()...)
		_, err := other.Acquire(testContext(t), w)
		switch name {
		case "free":
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		case "held":
			if !errors.Is(err, sdk.ErrHeld) || requests.count("revoke") != 1 {
				t.Errorf("%s: %v, %d revoked", name, err, requests.count("revoke"))
			}
		case "ours":
			if err != nil || requests.count("revoke") != 1 || !heldBy(t, raw, b.prefix, "deploy", w.ID) {
				t.Errorf("%s: %v, %d revoked", name, err, requests.count("revoke"))
			}
		case "foreign", "foreign beside":
			if !errors.Is(err, sdk.ErrRefused) || requests.count("revoke") != 1 {
				t.Errorf("%s: %v, %d revoked", name, err, requests.count("revoke"))
			}
		}
	}
}

func prepareLate(t *testing.T, prepare func(*testing.T, *backend, *clientv3.Client, sdk.Lease), b *backend, raw *clientv3.Client, w sdk.Lease) {
	before := content(t, raw, b.prefix)
	prepare(t, b, raw, w)
	if before != "" {
		t.Errorf("the transaction was not the first to write: %s", before)
	}
}

// Between a look at the lock and what follows it, the lock ends and another
// takes the resource.
func TestRenewAndReleaseOfWhatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ operation, step string }{
		{"renew", "keep alive"}, {"renew", "second read"}, {"release", "revoke"},
	} {
		b, _ := start(t)
		w := want("deploy")
		acquire(t, b, w)
		var next sdk.Lease
		reads := 0
		other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
			if kind(request) == "read" {
				reads++
			}
			if kind(request) == c.step || c.step == "second read" && reads == 2 {
				release(t, b, w)
				next = acquire(t, b, want("deploy"))
			}
			return call()
		}).options()...)
		if err := operate(testContext(t), c.operation, other, w); !errors.Is(err, sdk.ErrNotHeld) {
			t.Errorf("%s, taken over before %s: %v", c.operation, c.step, err)
		}
		same(t, current(t, b, "deploy"), next)
	}
}

// The renewal was carried out, and the look afterwards fails, or the answer says
// that the leader was lost.
func TestRenewalInDoubt(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	for name, disturb := range map[string]func(request any, reads int, call func() error) error{
		"second look": func(request any, reads int, call func() error) error {
			if kind(request) == "read" && reads == 2 {
				return errLost
			}
			return call()
		},
		"foreign data at the second look": func(request any, reads int, call func() error) error {
			if kind(request) == "read" && reads == 2 {
				put(t, raw, b.prefix+"deploy/p", "an application's")
			}
			return call()
		},
		"no leader": func(request any, _ int, call func() error) error {
			err := call()
			if kind(request) == "keep alive" {
				return rpctypes.ErrGRPCNoLeader
			}
			return err
		},
	} {
		lease := acquire(t, b, want("deploy"))
		reads := 0
		other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
			if kind(request) == "read" {
				reads++
			}
			return disturb(request, reads, call)
		}).options()...)
		_, err := other.Renew(testContext(t), lease)
		isUnknown(t, name, err)
		contains(t, err, b.where)
		if _, err := raw.Delete(testContext(t), b.prefix, clientv3.WithPrefix()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCurrentOfWhatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	w := want("deploy")
	acquire(t, b, w)
	other := openAt(t, Config{Endpoints: b.where, Prefix: b.prefix}, tap(func(_ context.Context, request any, call func() error) error {
		if kind(request) == "left" {
			release(t, b, w)
		}
		return call()
	}).options()...)
	isFree(t, other, "deploy")
}
