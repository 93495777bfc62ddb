package main

import (
	"context"
	"errors"
	"time"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
)

// errStuck says that a process cannot be ended. It may still send what it was
// about to, so that nobody else's answer would be definite.
var errStuck = errors.New("the backend's process does not end, not even when it is killed")

// A peer is a backend as it is seen from here.
type peer interface {
	sdk.Backend
	describer
}

// A link leads to a backend. Its process is replaced by a fresh one after an
// attempt without an answer: only once the old one is gone is all that can
// still arrive at the store already on its way there.
type link struct {
	start   func(context.Context) (peer, func(grace time.Duration) (gone bool), error)
	backend peer // nil while none is to be asked
	stop    func(grace time.Duration) (gone bool)
}

// link makes a link to a backend with its section of the file. It starts
// nothing.
func (g *globals) link(file *config.File, name string) *link {
	return &link{start: func(ctx context.Context) (peer, func(time.Duration) bool, error) {
		p, err := g.start(ctx, file, name)
		if err != nil {
			return nil, nil, err
		}
		p.Backend().Configure(file.BackendOptions(name))
		g.warnOfReadableSecrets(ctx, file, name, p.Backend())
		return telling(name, p.Backend()), p.Stop, nil
	}}
}

// open makes sure that there is a process to ask.
func (l *link) open(ctx context.Context) (err error) {
	if l.backend != nil {
		return nil
	}
	if !l.end(0) {
		return errStuck
	}
	l.backend, l.stop, err = l.start(ctx)
	return err
}

// ask makes one attempt at a request. Without an answer to it the process is
// ended.
func (l *link) ask(ctx context.Context, request func(context.Context, sdk.Backend) error) error {
	if err := l.open(ctx); err != nil {
		return err
	}
	err := request(ctx, l.backend)
	if !answered(err) {
		l.close(ctx, certain(err))
	}
	return err
}

// releasing is an attempt at a release.
func (l *link) releasing(lease sdk.Lease) func(context.Context) error {
	return func(ctx context.Context) error {
		return l.ask(ctx, func(ctx context.Context, backend sdk.Backend) error {
			return backend.Release(ctx, lease)
		})
	}
}

// close ends the process, if there is one. One whose call was cut short gets
// time to undo what it began.
func (l *link) close(ctx context.Context, atRest bool) {
	if atRest && ctx.Err() == nil {
		l.end(pluginhost.Grace)
		return
	}
	l.end(pluginhost.RollBackGrace)
}

// end ends the process and reports whether it is gone for certain.
func (l *link) end(grace time.Duration) bool {
	l.backend = nil
	if l.stop != nil && l.stop(grace) {
		l.stop = nil
	}
	return l.stop == nil
}
