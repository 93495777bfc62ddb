package plugintest

import (
	"context"
	"iter"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// Variables through which a test backend reports.
const (
	// PIDFile names a file that gets the process id as soon as the process
	// runs.
	PIDFile = "PLUGINTEST_PID_FILE"
	// EventFile names a file that gets the last event.
	EventFile = "PLUGINTEST_EVENT_FILE"
)

// serve is the main function of the backends that speak the protocol. change
// makes the good backend another.
func serve(name string, change func(*backend)) {
	tell(PIDFile, strconv.Itoa(os.Getpid()))
	plugin.Serve(name, func(context.Context, Config) (sdk.Backend, error) {
		b := &backend{acquire: grant}
		if change != nil {
			change(b)
		}
		if b.open != nil {
			b.open()
		}
		return b, nil
	})
}

// Config is the configuration of every test backend.
type Config struct {
	Token string `key:"token" help:"is not used" secret:"true"`
	Level int    `key:"level" default:"3" help:"is not used either"`
}

// backend keeps leases in memory, for as long as its process lives.
type backend struct {
	open    func()
	acquire func(context.Context, sdk.Lease) (sdk.Lease, error)
	renew   func(context.Context, sdk.Lease) (sdk.Lease, error) // nil: as it stands
	current func(context.Context, string) (sdk.Lease, error)    // nil: what is stored
	release func(sdk.Lease) error                               // nil: what is stored
	setup   func(dryRun bool) ([]string, error)                 // nil: nothing to do
	check   func() ([]sdk.Finding, error)                       // nil: nothing to tell
	list    func(prefix string) iter.Seq2[sdk.Lease, error]     // nil: none
	close   func()

	mu     sync.Mutex
	leases map[string]sdk.Lease
}

func grant(_ context.Context, want sdk.Lease) (sdk.Lease, error) {
	want.Created, want.Fence = time.Now(), 1
	return want, nil
}

func (b *backend) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	got, err := b.acquire(ctx, want)
	if err == nil {
		b.store(got)
	}
	return got, err
}

func (b *backend) store(l sdk.Lease) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.leases == nil {
		b.leases = map[string]sdk.Lease{}
	}
	b.leases[l.Resource] = l
}

func (b *backend) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	if b.renew != nil {
		return b.renew(ctx, lease)
	}
	return b.Current(ctx, lease.Resource)
}

func (b *backend) Release(_ context.Context, lease sdk.Lease) error {
	if b.release != nil {
		return b.release(lease)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.leases[lease.Resource].ID != lease.ID {
		return sdk.ErrNotHeld
	}
	delete(b.leases, lease.Resource)
	return nil
}

func (b *backend) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	if b.current != nil {
		return b.current(ctx, resource)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if lease, ok := b.leases[resource]; ok {
		return lease, nil
	}
	return sdk.Lease{}, sdk.ErrNotHeld
}

func (b *backend) List(_ context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	if b.list != nil {
		return b.list(prefix)
	}
	return func(func(sdk.Lease, error) bool) {}
}

func (b *backend) Setup(_ context.Context, dryRun bool) ([]string, error) {
	if b.setup != nil {
		return b.setup(dryRun)
	}
	return nil, nil
}

func (b *backend) Check(context.Context) ([]sdk.Finding, error) {
	if b.check != nil {
		return b.check()
	}
	return nil, nil
}

func (b *backend) Close() error {
	if b.close != nil {
		b.close()
	}
	return nil
}
