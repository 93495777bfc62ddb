package inprocess

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Seed is the resource of the lock that Fill copies.
const Seed = "list"

// Name is the resource of the n-th copy.
func Name(n int) string { return fmt.Sprintf("%s/%06d", Seed, n) }

// A Client is a store's own client, without anything of stormlock.
type Client interface {
	// Fill makes so many copies of the lock at Seed, as quickly as the store lets
	// one.
	Fill(ctx context.Context, copies int) error
	// Read reads all locks in the obvious way, what is left of their time
	// included, and counts them.
	Read(ctx context.Context) (int, error)
}

// clientTime bounds one of these programs.
const clientTime = 15 * time.Minute

// ClientMain is the main function of the programs that read a store by its own
// client:
//
//	client-redis KEY=VALUE... fill N|read
func ClientMain(open func(ctx context.Context, settings map[string]string) (Client, error)) {
	settings, rest := arguments(os.Args[1:])
	ctx, cancel := context.WithTimeout(context.Background(), clientTime)
	defer cancel()
	client, err := open(ctx, settings)
	if err == nil {
		err = work(ctx, client, rest)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func work(ctx context.Context, client Client, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "read":
		n, err := client.Read(ctx)
		if err == nil {
			fmt.Println(n)
		}
		return err
	case len(args) == 2 && args[0] == "fill":
		n, err := strconv.Atoi(args[1])
		if err == nil {
			err = client.Fill(ctx, n)
		}
		return err
	}
	return fmt.Errorf("usage: KEY=VALUE... fill N|read")
}
