package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// processes are what a link starts and ends, without any.
type processes struct {
	started, running int
	immortal         bool
}

func (p *processes) start(context.Context) (peer, func(time.Duration) bool, error) {
	p.started++
	p.running++
	return struct{ peer }{}, func(time.Duration) bool {
		if !p.immortal {
			p.running--
		}
		return !p.immortal
	}, nil
}

func answering(err error) func(context.Context, sdk.Backend) error {
	return func(context.Context, sdk.Backend) error { return err }
}

// TestLinkReplacesTheProcess after an attempt without an answer, never before
// the old one is gone, and keeps one that answers.
func TestLinkReplacesTheProcess(t *testing.T) {
	var p processes
	l := &link{start: p.start}
	for _, step := range []struct {
		answer           error
		started, running int
	}{
		{sdk.ErrNotHeld, 1, 1},
		{nil, 1, 1},
		{errDied, 1, 0},
		{nil, 2, 1},
		{errDown, 2, 0},
		{nil, 3, 1},
	} {
		if err := l.ask(context.Background(), answering(step.answer)); !errors.Is(err, step.answer) {
			t.Fatalf("error %v, want %v", err, step.answer)
		}
		if p.started != step.started || p.running != step.running {
			t.Errorf("after %v: %d started, %d running", step.answer, p.started, p.running)
		}
	}
	if l.close(context.Background(), true); p.running != 0 {
		t.Errorf("%d running after close", p.running)
	}
}

// TestLinkWithAProcessThatDoesNotEnd: it may still send its request, so nothing
// else is asked until it is gone.
func TestLinkWithAProcessThatDoesNotEnd(t *testing.T) {
	p := processes{immortal: true}
	l := &link{start: p.start}
	_ = l.ask(context.Background(), answering(errDied))
	err := l.ask(context.Background(), answering(nil))
	if !errors.Is(err, errStuck) || certain(err) || p.started != 1 {
		t.Errorf("error %v; %d started", err, p.started)
	}
	p.immortal = false
	if err := l.ask(context.Background(), answering(nil)); err != nil || p.started != 2 {
		t.Errorf("error %v; %d started", err, p.started)
	}
}
