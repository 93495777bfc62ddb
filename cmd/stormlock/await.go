package main

import (
	"context"
	"errors"

	"github.com/stormlock/stormlock/sdk"
)

// awaited returns what do returns, unless ctx ends first: a file may lie on a
// disk or behind a network that does not answer, which nothing can interrupt.
func awaited[T any](ctx context.Context, what string, do func() (T, error)) (T, error) {
	value, ended, err := inTime(ctx, do)
	switch {
	case ended && errors.Is(ctx.Err(), context.Canceled):
		err = sdk.Unavailable("interrupted while %s; nothing was asked of the store", what)
	case ended:
		err = sdk.Unavailable("%s takes longer than --timeout; nothing was asked of the store; check that the disk or network answers", what)
	}
	return value, err
}

// inTime returns what do returns, or that ctx ended first; then do goes on by
// itself.
func inTime[T any](ctx context.Context, do func() (T, error)) (value T, ended bool, err error) {
	type result struct {
		value T
		err   error
		panic any
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() { done <- r }()
		// A panic that ends the process here would be exit code 2, which means
		// "held by another".
		defer func() { r.panic = recover() }()
		r.value, r.err = do()
	}()
	select {
	case r := <-done:
		if r.panic != nil {
			panic(r.panic)
		}
		return r.value, false, r.err
	case <-ctx.Done():
		return value, true, nil
	}
}
