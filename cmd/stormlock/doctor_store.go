package main

import (
	"context"
	"errors"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// What is looked at in the store.

// ask makes one attempt at a request, and leaves time for what comes after it.
func (x *examination) ask(ctx context.Context, request func(context.Context, sdk.Backend) error) (took time.Duration, err error) {
	began := time.Now()
	_, err = bounded(ctx, func(ctx context.Context) error { return x.link.ask(ctx, request) })
	return time.Since(began), err
}

// connect makes the first request, which only reads.
func (x *examination) connect(ctx context.Context) {
	if x.link == nil {
		return
	}
	x.about = "connection"
	took, err := x.ask(ctx, func(ctx context.Context, backend sdk.Backend) error {
		_, err := backend.Current(ctx, probe)
		return err
	})
	if !answered(err) {
		x.reached = errors.Is(err, sdk.ErrRefused)
		x.fault("connection", err)
		return
	}
	x.reached = true
	x.found(sdk.LevelOK, "connection", "the store answered in %s", shortly(took))
}

// check has the backend look at its store. It is asked even if the store seems not
// to answer: it may know why.
func (x *examination) check(ctx context.Context) {
	if x.link == nil {
		return
	}
	x.about = "store"
	var findings []sdk.Finding
	_, err := x.ask(ctx, func(ctx context.Context, backend sdk.Backend) (err error) {
		findings, err = backend.Check(ctx)
		return err
	})
	for _, f := range findings {
		x.tell(f)
	}
	if err != nil {
		x.fault("store", err)
	}
}
