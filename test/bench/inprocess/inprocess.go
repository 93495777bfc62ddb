// Package inprocess is the other side of the comparison that `make bench`
// makes: static programs, one for each store, that do in one process what
// stormlock does in two. Each links the backend, and with it the store's
// client, and makes one call:
//
//	inprocess-redis KEY=VALUE... acquire|renew|release|current RESOURCE LEASE_ID
//
// Beside them are programs that read a store by its own client alone, and know
// nothing of stormlock but where it keeps its locks ([ClientMain]).
//
// It is a module of its own because it requires the backends, which the core
// must not.
package inprocess

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

const (
	timeout = 30 * time.Second
	ttl     = 5 * time.Minute
)

// Main is the main function of each of the programs. open gets the settings
// that the command line begins with.
func Main(open func(ctx context.Context, settings map[string]string) (sdk.Backend, error)) {
	settings, rest := arguments(os.Args[1:])
	if len(rest) != 3 {
		fmt.Fprintln(os.Stderr, "usage: KEY=VALUE... acquire|renew|release|current RESOURCE LEASE_ID")
		os.Exit(64)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	backend, err := open(ctx, settings)
	if err == nil {
		err = call(ctx, backend, rest[0], lease(rest[1], rest[2]))
		_ = backend.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func arguments(args []string) (settings map[string]string, rest []string) {
	settings = map[string]string{}
	for i, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return settings, args[i:]
		}
		settings[key] = value
	}
	return settings, nil
}

func lease(resource, id string) sdk.Lease {
	return sdk.Lease{Resource: resource, ID: id, Principal: "bench@bench", TTL: ttl}
}

// call prints the lease's id as stormlock does.
func call(ctx context.Context, backend sdk.Backend, operation string, lease sdk.Lease) (err error) {
	switch operation {
	case "acquire":
		lease, err = backend.Acquire(ctx, lease)
	case "renew":
		lease, err = backend.Renew(ctx, lease)
	case "release":
		err = backend.Release(ctx, lease)
	case "current":
		lease, err = backend.Current(ctx, lease.Resource)
	default:
		err = fmt.Errorf("there is no operation %q", operation)
	}
	if err == nil {
		fmt.Println(lease.ID)
	}
	return err
}
